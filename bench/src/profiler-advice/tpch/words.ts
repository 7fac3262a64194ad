/** What the columns of words are drawn from; as many of each as the benchmark's specification names. */
export const words = {
  regions: ['NORTH', 'EAST', 'SOUTH', 'WEST', 'CENTRE'],
  segments: ['HEALTH', 'BUILDING', 'FARMING', 'TRANSPORT', 'TRADE'],
  priorities: ['1-NOW', '2-SOON', '3-NORMAL', '4-LATER', '5-NONE'],
  shipModes: ['AIR', 'AIR FAST', 'BARGE', 'COURIER', 'RAIL', 'SEA', 'ROAD'],
  instructions: ['HAND OVER', 'LEAVE AT DOOR', 'COLLECT', 'CALL FIRST'],
  containerSizes: ['SMALL', 'MIDDLE', 'LARGE', 'HUGE', 'FOLDED'],
  containers: ['BOX', 'BAG', 'CAN', 'CRATE', 'DRUM', 'JAR', 'PACK', 'TUBE'],
  typeGrades: ['PLAIN', 'SMALL', 'MIDDLE', 'LARGE', 'THRIFTY', 'PROMOTED'],
  typeFinishes: ['COATED', 'BURNT', 'PLATED', 'GROUND', 'BRUSHED'],
  typeMetals: ['ZINC', 'NICKEL', 'BRASS', 'STEEL', 'COPPER'],
  colours:
    `amber apricot aqua ash aubergine azure bamboo basalt beige birch black blue bone brick bronze brown
    canary caramel cedar celadon cerise chalk charcoal cherry cinnamon clay cobalt cocoa copper coral cream crimson
    cyan denim ebony ecru emerald fawn fern flame flax forest fuchsia garnet ginger gold granite grape green grey
    hazel heather honey indigo iris ivory jade jasmine jet khaki lapis lavender lemon lilac lime linen magenta
    mahogany maroon mauve mint moss mustard navy nickel oak ochre olive onyx opal orange orchid pearl pine plum
    poppy quartz rose ruby rust sable sand`.split(/\s+/),
  sentence:
    `parcels ledgers crates invoices orders buyers clerks drivers depots boats trains shelves scales seals
    wait travel arrive rest return move sleep linger drift gather settle wander quickly slowly quietly boldly
    calmly daily late early again often seldom under over beside beyond within without against along after before
    final express regular pending ironic silent careful even blithe bright heavy light`.split(/\s+/),
} as const

/** 25 nations, five a region. */
export const nations = [
  ...['NORWAY', 'SWEDEN', 'FINLAND', 'ICELAND', 'DENMARK'],
  ...['JAPAN', 'KOREA', 'VIETNAM', 'INDIA', 'NEPAL'],
  ...['KENYA', 'GHANA', 'PERU', 'CHILE', 'BRAZIL'],
  ...['CANADA', 'MEXICO', 'CUBA', 'IRELAND', 'PORTUGAL'],
  ...['GERMANY', 'FRANCE', 'AUSTRIA', 'POLAND', 'HUNGARY'],
]

/**
 * Words that clinicians and patients use for one another: each line's first stands for all of it. Only those that are
 * interchangeable in a question; whatever tells two questions apart (left, type 2, a drug's name) stays by itself.
 */
const groups = `
pregnancy pregnant pregnancies pregnancys preg expecting gravid
baby infant newborn infants babies
child kid kids children toddler toddlers
abdomen abdominal stomach tummy belly gastric
doctor physician gp dr doc doctors md
medication medicine medicines med meds drug drugs tablet tablets pill pills
pain ache aches aching hurt hurts hurting painful sore soreness pains achy tender tenderness
cause causes reason reasons why due caused causing lead leads leading trigger triggers result results
symptom symptoms sign signs
treatment treat treated treating treatments therapy therapies cure cured cures remedy remedies heal relief relieve relieved fix rid
test tests tested testing exam examination checkup
period periods menstruation menstrual menses menstruating menstruate
stool stools poop poo feces faeces poops bowel
urine urination urinate urinating urinary pee peeing
hypertension hypertensive
glucose sugar sugars
cancer cancers cancerous malignancy malignant carcinoma
tumor tumors tumour tumours
safe safely safety
intercourse sex sexual sexually
std sti stds stis
fatigue tired tiredness exhausted exhaustion fatigued
vomit vomiting vomited throwing puke puking vomits emesis
flu influenza
fever temperature febrile feverish fevers
dizziness dizzy lightheaded lightheadedness dizzyness
itch itchy itching itches itchiness pruritus
rash rashes
bleed bleeding bleeds bled hemorrhage haemorrhage
swelling swollen swell swells swelled edema oedema puffy
injection shot shots injections jab
vaccine vaccination vaccinated vaccines immunization immunisation
diabetes diabetic
normal usual typical
prevent prevention preventing avoid avoiding prevents
allergy allergic allergies
week weeks wk wks
month months mos mths mo mth
day days
year years yr yrs
hour hours hr hrs
minute minutes min mins
infection infected infections infect
surgery operation surgical operated surgeries
contagious infectious transmit transmitted transmission catch spread spreads
contraception contraceptive contraceptives birthcontrol
acne pimple pimples zit zits
breast breasts boob boobs
penis penile
testicle testicles testicular testis testes
vagina vaginal
food eat eating ate foods eats
diet diets dietary
alcohol alcoholic drinking drink drank
smoke smoking cigarette cigarettes tobacco smoker
sleep sleeping asleep sleeps slept
anxiety anxious
depression depressed depressive
kidney kidneys renal
liver hepatic
lung lungs pulmonary
heart cardiac
leg legs
foot feet
tooth teeth
eye eyes
knee knees
toe toes
finger fingers
nail nails
lip lips
arm arms
hand hands
breath breathe breathing breathless breathlessness dyspnea
medical medically
danger dangerous harmful harm
weight obese
constipation constipated
diarrhea diarrhoea
anemia anaemia anemic
numbness numb
tingle tingling tingly
cramp cramps cramping
bump bumps
lump lumps
spot spots spotting
bruise bruises bruising bruised
headache headaches
twitch twitching twitches
woman female women girl lady females
man male men boy guy males
diagnose diagnosed diagnosis diagnosing
remove removed removal removing
start started starting starts begin began beginning
stop stopped stopping stops quit quitting
increase increased increasing increases raise raises raised
decrease decreased decreasing decreases reduce reduced reduces reducing lower lowered lowering
lose losing loss lost
gain gained gaining
recover recovery recovering recovered
effect effects affect affects affected affecting
long duration
chance chances likelihood probability odds likely
possible possibility possibly
way ways method methods
problem problems issue issues trouble
disease diseases disorder disorders condition conditions illness
help helps helpful helping
know knowing
old age aged
throat throats
skin dermal
ovulation ovulate ovulating ovulated
miscarriage miscarried miscarry
abortion abort aborted
discharge discharges discharging
smell odor odour smelly smells
color colour
hemorrhoid hemorrhoids piles haemorrhoids
wart warts
mole moles
cyst cysts
tick ticks
bite bites bitten
burn burns burning burnt
break broken fracture fractured breaking broke fractures
tear torn ruptured rupture
sprain sprained
stress stressed stressful
antibiotic antibiotics
hormone hormones hormonal
nutrient nutrients
vitamin vitamins
virus viral viruses
bacteria bacterial
gene genetic hereditary inherited genes
pus
tonsil tonsils tonsillitis
sinus sinuses sinusitis
nausea nauseous nauseated
cough coughing coughs
sneeze sneezing
snore snoring
sweat sweating sweats sweaty
shiver shivering chills
walk walking
run running
exercise exercising exercises workout
swallow swallowing
blood
scan imaging
`

/** Several words that are one: as they stand in a text, and the word above that they become. */
const phrases: readonly (readonly [RegExp, string])[] = [
  [/\b(heart attacks?|myocardial infarctions?)\b/g, 'myocardialinfarction'],
  [/\b(high blood pressure|high bp|hbp|htn)\b/g, 'hypertension'],
  [/\bblood pressure\b/g, 'bloodpressure'],
  [/\bbp\b/g, 'bloodpressure'],
  [/\blow blood sugar\b/g, 'hypoglycemia'],
  [/\bhigh blood sugar\b/g, 'hyperglycemia'],
  [/\bblood sugar\b/g, 'glucose'],
  [/\b(underactive thyroid)\b/g, 'hypothyroidism'],
  [/\b(overactive thyroid)\b/g, 'hyperthyroidism'],
  [/\bbirth control( pills?)?\b/g, 'birthcontrol'],
  [/\bhair (loss|fall|falling)\b/g, 'alopecia'],
  [/\b(throw|threw|throwing) up\b/g, 'vomit'],
  [/\b(high|elevated) cholesterol\b/g, 'hypercholesterolemia'],
  [/\burinary tract infections?\b/g, 'uti'],
  [/\b(sexually transmitted (disease|infection)s?)\b/g, 'std'],
  [/\bshortness of breath\b/g, 'breath'],
  [/\b(short of breath|difficulty (in )?breathing)\b/g, 'breath'],
  [/\bpolycystic ovar\w+( (syndrome|disease))?\b/g, 'pcos'],
  [/\bmagnetic resonance( imaging)?\b/g, 'mri'],
  [/\birritable bowel( syndrome)?\b/g, 'ibs'],
  [/\b(acid reflux|gastroesophageal reflux( disease)?|heartburn)\b/g, 'gerd'],
  [/\bside effects?\b/g, 'sideeffect'],
  [/\badverse (effect|event|reaction)s?\b/g, 'sideeffect'],
  [/\bget(ting)? rid of\b/g, 'treat'],
  [/\b(get|getting|got) pregnant\b/g, 'pregnant'],
  [/\b(lose|losing|lost) weight\b/g, 'weightloss'],
  [/\bweight loss\b/g, 'weightloss'],
  [/\b(passing|pass) (urine|water)\b/g, 'urine'],
  [/\bbody ?weight\b/g, 'weight'],
  [/\btype (ii|two)\b/g, 'type 2'],
  [/\btype (i|one)\b/g, 'type 1'],
  [/\b24 ?\/ ?7\b/g, 'constant'],
  [/\b(common cold)\b/g, 'cold'],
  [/\bultra ?sounds?\b/g, 'ultrasound'],
  [/\bx[ -]?rays?\b/g, 'xray'],
  [/\bmedical (help|attention)\b/g, 'doctor'],
]

const canonicalOf = new Map<string, string>()
for (const line of groups.trim().split('\n')) {
  const words = line.split(' ')
  for (const word of words) canonicalOf.set(word, words[0]!)
}

/** A text in small letters with its known phrases as one word each. */
export function withPhrases(text: string): string {
  return phrases.reduce((whole, [phrase, word]) => whole.replace(phrase, word), text)
}

/** The word that stands for this one; undefined where the word has no synonyms here. */
export function canonicalWord(word: string): string | undefined {
  return canonicalOf.get(word)
}

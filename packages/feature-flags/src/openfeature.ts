export { openFeatureProvider } from './openfeature/open-feature-provider.js'
export { type TrackEvent, trackChannel } from './openfeature/track-event.js'

export { openFeatureProvider } from './openfeature/open-feature-provider.js'

import { createHashingEmbedder } from '@voiceassist/testkit'
import { describeEmbedder } from './embedder-contract.js'

describeEmbedder('the hashing embedder', () => createHashingEmbedder())
describeEmbedder('one of few dimensions', () => createHashingEmbedder(64))

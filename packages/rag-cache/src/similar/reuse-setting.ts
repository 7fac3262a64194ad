import { RagError } from '../rag-error.js'
import { similarityVersion } from './similarity.js'

/** What a calibration leaves behind: JSON. */
export interface ReuseSetting {
  readonly threshold: number
  /** That was asked for. */
  readonly precision: number
  readonly model: string
  readonly dimensions: number
  readonly similarityVersion: number
  /** ISO 8601. */
  readonly calibratedAt: string
}

/**
 * The threshold of a setting, for the model that it was calibrated with.
 * @throws RagError RAG_CALIBRATION_OTHER: of another model, or of another version of the similarity.
 */
export function thresholdOf(
  setting: ReuseSetting,
  model: { readonly name: string; readonly dimensions: number },
): number {
  const isSameModel = setting.model === model.name && setting.dimensions === model.dimensions
  if (isSameModel && setting.similarityVersion === similarityVersion) return setting.threshold
  throw new RagError(
    'RAG_CALIBRATION_OTHER',
    `The reuse of similar questions was calibrated for ${setting.model} with ${setting.dimensions} dimensions, version ${setting.similarityVersion}; this is ${model.name} with ${model.dimensions}, version ${similarityVersion}`,
    { remedy: 'Calibrate again: voiceassist rag calibrate --pairs pairs.csv --precision 0.99' },
  )
}

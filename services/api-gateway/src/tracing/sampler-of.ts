import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  ParentBasedSampler,
  type Sampler,
  TraceIdRatioBasedSampler,
} from '@opentelemetry/sdk-trace-base'
import type { TracingConfig } from '../config-tracing.js'

export function samplerOf({ sampler, ratio }: Pick<TracingConfig, 'sampler' | 'ratio'>): Sampler {
  const [, follows, which] = /^(parentbased_)?(.+)$/.exec(sampler)!
  const root =
    which === 'traceidratio'
      ? new TraceIdRatioBasedSampler(ratio)
      : which === 'always_on'
        ? new AlwaysOnSampler()
        : new AlwaysOffSampler()
  return follows ? new ParentBasedSampler({ root }) : root
}

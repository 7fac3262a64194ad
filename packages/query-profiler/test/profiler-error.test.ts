import { expect, test } from 'vitest'
import { ProfilerError } from '#src/profiler-error'

test('an error says its code', () => {
  expect(new ProfilerError('PROFILER_CLOSED', 'The profiler is closed')).toMatchObject({
    code: 'PROFILER_CLOSED',
  })
})

import {
  type Calibration,
  calibrate,
  labelPairs,
  measureReuse,
  type PairOfTexts,
  type ReuseMeasure,
  similarityVersion,
} from '@voiceassist/rag-cache'
import { writeReuseSetting } from '../../repositories/reuse-setting.repository.js'
import type { Command, CommandContext } from '../command.js'
import { readPairs } from '../read-pairs.js'

export interface RagCalibrateArguments {
  readonly pairs: string
  readonly check?: string
  /** 0.5 to 0.999. */
  readonly precision: number
}

/** Nothing is written when the pairs do not allow the precision. */
export const ragCalibrate: Command<RagCalibrateArguments> = async (context, args) => {
  const { dependencies, out } = context
  const given = await readPairs(args.pairs)
  const others = args.check === undefined ? undefined : await readPairs(args.check)
  const calibration = calibrate(await labelled(context, given, args.pairs), args)
  const checked = others && measureReuse(await labelled(context, others, args.check!), calibration.threshold)
  for (const line of table(args, calibration, checked)) out.line(line)
  const { model, dimensions } = dependencies.embedder
  await writeReuseSetting(dependencies.database.db, {
    threshold: calibration.threshold,
    precision: args.precision,
    model,
    dimensions,
    similarityVersion,
    calibratedAt: new Date(dependencies.clock.now()).toISOString(),
  })
  out.line(
    `threshold ${calibration.threshold.toFixed(4)} is set for ${model}; the flag semantic_query_reuse turns reuse on`,
  )
  return 0
}

function labelled(
  { dependencies, out, signal }: CommandContext,
  pairs: readonly PairOfTexts[],
  path: string,
) {
  return labelPairs(pairs, {
    embed: (texts, stop) => dependencies.embedder.embed(texts, stop ? { signal: stop } : {}),
    onProgress: ({ done, total }) =>
      out.progress({ label: `Embedding ${path}`, unit: 'questions', done, total, failed: 0 }),
    signal,
  })
}

function table(
  { pairs, check, precision }: RagCalibrateArguments,
  calibration: Calibration,
  checked: ReuseMeasure | undefined,
): string[] {
  const rows = [
    ['', 'pairs', 'same', 'reused', 'wrong', 'precision', 'at least', 'reuse of same', 'reuse of all'],
    cells(pairs, calibration),
    cells('  cross-validated', calibration.crossValidated),
    ...(checked === undefined ? [] : [cells(check!, checked)]),
  ]
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map(row => row[column]!.length)))
  return [
    `threshold ${calibration.threshold.toFixed(4)} for a precision of ${precision}`,
    ...rows.map(row =>
      row
        .map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!)))
        .join('  '),
    ),
    'precision: of the pairs reused, those labelled the same; at least: at 95 % confidence',
  ]
}

function cells(name: string, measure: ReuseMeasure): string[] {
  const { pairs, same, reused, wrong, precision, precisionAtLeast, reuse, reuseOfAll } = measure
  return [
    name,
    ...[pairs, same, reused, wrong].map(String),
    reused === 0 ? '-' : precision.toFixed(4),
    precisionAtLeast.toFixed(4),
    percent(reuse),
    percent(reuseOfAll),
  ]
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`
}

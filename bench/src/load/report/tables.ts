import type { Latency } from '../recorder.js'
import type { RunResult } from '../run.js'
import type { Report } from './report.js'

/** A table of a report, for HTML and for Markdown. */
export interface Table {
  readonly title: string
  readonly head: readonly string[]
  readonly rows: readonly (readonly string[])[]
  readonly note?: string
}

export function objectivesTable({ objectives }: Report): Table {
  return {
    title: 'Objectives',
    head: ['', 'Objective', 'Target', 'Measured'],
    rows: objectives.map(({ name, target, measured, isMet }) => [
      isMet ? 'holds' : 'missed',
      name,
      target,
      measured,
    ]),
  }
}

const latencyHead = ['Requests', 'p50', 'p90', 'p99', 'p99.9', 'max']
const latencyCells = ({ requests, p50, p90, p99, p999, max }: Latency) => [
  count(requests),
  ...[p50, p90, p99, p999, max].map(ms),
]

export function runsTable({ runs }: Report): Table {
  return {
    title: 'Runs',
    head: ['Run', 'Loop', 'Seconds', ...latencyHead, 'Failed'],
    rows: runs.map(({ name, loop, seconds, recorded }) => [
      name,
      loop,
      seconds.toFixed(0),
      ...latencyCells(recorded.overall),
      share(
        recorded.byAction.reduce((sum, { failed }) => sum + failed, 0),
        recorded.overall.requests,
      ),
    ]),
    note: 'Latency in milliseconds, failed requests included, the warm-up not.',
  }
}

export function countedTable({ runs }: Report): Table {
  return {
    title: 'What the gateways counted',
    head: [
      ...[
        'Run',
        'Hits in memory',
        'Hits in the second tier',
        'Queries for a request',
        'Processor for a request, ms',
      ],
      ...['Most resident, MiB', 'Most heap, MiB', 'Most lent connections', 'Worst lag, ms'],
    ],
    rows: runs.map(({ name, counted }) => [
      name,
      percent(counted.memoryHits),
      percent(counted.remoteHits),
      number(counted.queriesEach, 2),
      number(counted.cpuMsEach, 2),
      number(counted.mostRssBytes / 2 ** 20, 0),
      number(counted.mostHeapBytes / 2 ** 20, 0),
      number(counted.mostPoolOut, 0),
      number(counted.worstLagMs, 0),
    ]),
    note: 'Of the whole run, the warm-up included. Processor time is also that of what a gateway does by itself. Hits are of the reads that the tier was asked for.',
  }
}

export function actionsTable({ recorded, loop }: RunResult): Table {
  return {
    title: 'Latency by action',
    head: ['Action', ...latencyHead, 'Failed', 'Naive p99'],
    rows: [
      ['all', ...latencyCells(recorded.overall), '', ms(recorded.naive.p99)],
      ...recorded.byAction.map(({ action, latency, failed, naive }) => [
        action,
        ...latencyCells(latency),
        share(failed, latency.requests),
        ms(naive.p99),
      ]),
    ],
    note:
      loop === 'open'
        ? 'Milliseconds from when a request was to be sent. Naive: from when it was sent.'
        : 'Milliseconds; a wait longer than the mean think time counts for the requests that its user did not make meanwhile. Naive: without that.',
  }
}

export function phasesTable({ recorded }: RunResult): Table {
  return {
    title: 'Phases',
    head: ['Phase', 'From, s', 'To, s', ...latencyHead, 'Failed'],
    rows: recorded.phases.map(({ name, startSeconds, endSeconds, latency, requests, failed }) => [
      name,
      startSeconds.toFixed(1),
      endSeconds.toFixed(1),
      ...latencyCells(latency),
      share(failed, requests),
    ]),
  }
}

export function errorsTable({ recorded }: RunResult): Table {
  const rows = recorded.phases.flatMap(({ name, errors }) =>
    Object.entries(errors).map(([error, times]) => [name, error, count(times)]),
  )
  return {
    title: 'Errors by status and code',
    head: ['Phase', 'Status and code', 'Requests'],
    rows: rows.length > 0 ? rows : [['all', 'none', '0']],
  }
}

const count = (value: number) => Math.round(value).toLocaleString('en')
const number = (value: number, digits: number) => (Number.isFinite(value) ? value.toFixed(digits) : '–')
const percent = (value: number) => (Number.isFinite(value) ? `${(100 * value).toFixed(1)} %` : '–')
const share = (part: number, of: number) => (part === 0 ? '0' : `${count(part)} (${percent(part / of)})`)
const ms = (value: number) => (value >= 100 ? value.toFixed(0) : value.toPrecision(3))

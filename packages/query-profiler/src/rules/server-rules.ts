import { numberOf, sumOf } from './plan-values.js'
import { isGather, type Visit } from './plan-walk.js'
import type { NodeHit, Rule } from './rule.js'
import { selfBlocks } from './spills.js'
import { count, megabytes, milliseconds, nodeName, rowCount, tableName } from './wording.js'

export const jitDominates: Rule = {
  number: 23,
  id: 'jit-dominates',
  title: 'Compiling takes longer than it saves',
  trigger: '`JIT.Timing.Total` over 20 % of `Execution Time`, and 10 ms',
  remedy:
    'jit = off for roles that run short statements, or a higher jit_above_cost; often an estimate is wrong',
  needsAnalyze: true,
  check: ({ plan }) => {
    const jit = plan.JIT?.Timing?.Total ?? 0
    const execution = plan['Execution Time'] ?? 0
    if (jit <= 10 || jit <= execution * 0.2) return []
    const share = Math.min(1, jit / execution)
    return [
      ofStatement(share, {
        severity: share > 0.4 ? 'warning' : 'info',
        message: `Just-in-time compilation took ${milliseconds(jit)} of ${milliseconds(execution)}${plan.JIT?.Functions ? ` for ${count(plan.JIT.Functions)} functions` : ''}.`,
        advice:
          'ALTER ROLE … SET jit = off for the role of this service, or raise jit_above_cost; look for an estimate that is too high.',
      }),
    ]
  },
}

export const workersNotLaunched: Rule = {
  number: 24,
  id: 'workers-not-launched',
  title: 'Fewer parallel workers ran than were planned',
  trigger: '`Workers Launched` of a `Gather` below `Workers Planned`',
  remedy: 'Higher max_parallel_workers and max_worker_processes, or fewer parallel statements at a time',
  needsAnalyze: true,
  check: walk =>
    walk.visits.flatMap(visit => {
      const planned = numberOf(visit.node, 'Workers Planned')
      const launched = numberOf(visit.node, 'Workers Launched')
      if (!isGather(visit) || visit.loops === 0 || launched >= planned * visit.loops) return []
      return [
        {
          nodes: [visit],
          severity: 'info' as const,
          message: `${count(launched)} of ${count(planned * visit.loops)} planned workers ran.`,
          advice:
            'Raise max_parallel_workers (and max_worker_processes), or lower max_parallel_workers_per_gather, so that plans count on workers that exist.',
          share: visit.totalShare,
        },
      ]
    }),
}

export const planningDominates: Rule = {
  number: 25,
  id: 'planning-dominates',
  title: 'Planning takes longer than running',
  trigger: '`Planning Time` over `Execution Time`, and 5 ms',
  remedy: 'A named (prepared) statement; fewer partitions, indexes or joins',
  needsAnalyze: true,
  check: ({ plan }) => {
    const planning = plan['Planning Time'] ?? 0
    const execution = plan['Execution Time'] ?? 0
    if (planning <= 5 || planning <= execution) return []
    return [
      ofStatement(planning / (planning + execution), {
        severity: 'warning',
        message: `Planning took ${milliseconds(planning)}, running ${milliseconds(execution)}.`,
        advice:
          'Give the statement a name in pg (a prepared statement, planned once a connection); fewer partitions, indexes or joined tables make planning shorter.',
      }),
    ]
  },
}

const blockBytes = 8192
const cold = { bytes: 100 * 1024 ** 2, share: 0.5, ms: 10 }

export const coldReads: Rule = {
  number: 26,
  id: 'cold-reads',
  title: 'Much is read that was not in the cache',
  trigger: '`Shared Read Blocks` over 100 MB, or `I/O Read Time` over half of the time and 10 ms',
  remedy: 'Repeat it warm before judging; an index that reads or covers less; more shared_buffers',
  needsAnalyze: true,
  isGeneral: true,
  check: walk => {
    const bytes = numberOf(walk.root.node, 'Shared Read Blocks') * blockBytes
    const waited = ioTime(walk.root)
    if (bytes <= cold.bytes && (waited <= cold.ms || waited <= walk.whole * cold.share)) return []
    const most = [...walk.visits].sort(
      (a, b) => selfBlocks(b, 'Shared Read Blocks') - selfBlocks(a, 'Shared Read Blocks'),
    )[0] as Visit
    const own = selfBlocks(most, 'Shared Read Blocks') * blockBytes
    return [
      {
        nodes: [most],
        severity: 'info',
        message: `${megabytes(bytes)} were read from outside the server’s cache${waited > 0 ? `, ${milliseconds(waited)}` : ''}; ${megabytes(own)} of them by ${nodeName(most)}.`,
        advice: `Run it again before judging its time; if it stays, let it read less of ${tableName(most) || 'its tables'} (an index, or one that covers), or raise shared_buffers.`,
        share: most.selfShare,
      },
    ]
  },
}

/** Named 'Shared …' since 17. */
function ioTime({ node }: Visit): number {
  return numberOf(node, 'Shared I/O Read Time') || numberOf(node, 'I/O Read Time')
}

export const memoizeThrash: Rule = {
  number: 27,
  id: 'memoize-thrash',
  title: 'A Memoize forgets what is asked for again',
  trigger: '`Cache Evictions` or `Cache Overflows` over 0, and under half of the look-ups hit',
  remedy: 'A higher work_mem, or a better estimate of the distinct keys',
  needsAnalyze: true,
  check: walk =>
    walk.visits.flatMap(visit => {
      const [hits, misses, evictions, overflows] = ['Hits', 'Misses', 'Evictions', 'Overflows'].map(name =>
        sumOf(visit.node, `Cache ${name}`),
      ) as [number, number, number, number]
      if (evictions + overflows === 0 || hits >= (hits + misses) * 0.5) return []
      return [
        {
          nodes: [visit],
          severity: 'warning' as const,
          message: `${count(hits)} of ${count(hits + misses)} look-ups were answered from the cache, which had to evict ${count(evictions)} times${overflows > 0 ? ` and overflowed ${count(overflows)} times` : ''}.`,
          advice:
            'Raise work_mem for this statement, or ANALYZE the outer table (statistics target of the join key) so that a hash join is chosen.',
          share: visit.totalShare,
        },
      ]
    }),
}

/** Not about one node. */
export function ofStatement(share: number, words: Omit<NodeHit, 'nodes' | 'share'>): NodeHit {
  return { nodes: [], share, ...words }
}

const disabledCost = 1e10

export const disabledNode: Rule = {
  number: 32,
  id: 'disabled-node',
  title: 'A plan is forced by a setting',
  trigger:
    '`Disabled` of a node (18), a cost of 10^10 of its own (up to 17), or an `enable_…` that is off in `Settings`',
  remedy: 'Set it back: whoever turned it off has a better plan or an index to look for',
  needsAnalyze: false,
  check: walk => {
    const off = Object.entries(walk.plan.Settings ?? {}).flatMap(([name, value]) =>
      name.startsWith('enable_') && value === 'off' ? [name] : [],
    )
    const nodes = walk.visits.filter(isDisabled)
    if (off.length === 0 && nodes.length === 0) return []
    const forced = nodes[0]
      ? `${nodeName(nodes[0])} was used for ${rowCount(nodes[0].rows)} though it is forbidden, since there is no other way`
      : ''
    return [
      {
        nodes: nodes.slice(0, 1),
        severity: 'warning',
        message: [
          off.length > 0
            ? `${off.length} of the planner’s settings ${off.length > 1 ? 'are' : 'is'} off (${off.join(', ')})`
            : '',
          forced,
        ]
          .filter(Boolean)
          .join('; ')
          .concat('.'),
        advice: `RESET ${off[0] ?? 'the enable_… setting'} where it was set (ALTER ROLE, ALTER DATABASE, postgresql.conf, or the session), and mend what it was to avoid.`,
        share: Math.max(0, ...nodes.map(each => each.selfShare)),
      },
    ]
  },
}

/** Its own, not one that it has from below. */
function isDisabled({ node, children }: Visit): boolean {
  if (node.Disabled === true) return true
  const below = Math.max(0, ...children.map(child => numberOf(child.node, 'Total Cost')))
  return numberOf(node, 'Total Cost') >= disabledCost && below < disabledCost
}

import type { QueryPlans } from '@voiceassist/api-contract'

type Finding = QueryPlans['items'][number]['findings'][number]
type Severity = Finding['severity']

const shown: Readonly<Record<Severity, readonly [colour: string, words: string]>> = {
  critical: ['bad', '✕ critical'],
  warning: ['warn', '! warning'],
  info: ['', 'i hint'],
}

export function SeverityBadge({ of }: { readonly of: Severity }) {
  const [colour, words] = shown[of]
  return <span class={`badge ${colour}`}>{words}</span>
}

export function worstOf(findings: readonly Finding[]): Severity | undefined {
  return (['critical', 'warning', 'info'] as const).find(severity =>
    findings.some(finding => finding.severity === severity),
  )
}

import { Empty } from '../../parts/empty.js'
import { ErrorPanel } from '../../parts/error-panel.js'
import { Loading } from '../../parts/loading.js'
import { PageHeader } from '../../parts/page-header.js'
import { FirstSteps } from './first-steps.js'
import './overview.css'
import { PanelCard } from './panel-card.js'
import { type OverviewStream, useOverviewStream } from './use-overview-stream.js'

export default function OverviewPage() {
  const stream = useOverviewStream()
  const { overview, isLive, isPaused, pause, refusal } = stream
  return (
    <>
      <PageHeader
        title="Overview"
        about="How this gateway does at this moment, and did in the last quarter of an hour."
      >
        {!refusal && (
          <>
            <p class="live" role="status">
              <span class={`badge ${isPaused ? '' : isLive ? 'good' : 'warn'}`}>
                {isPaused ? 'Paused' : isLive ? '● Live' : 'Reconnecting…'}
              </span>
            </p>
            <button type="button" onClick={() => pause(!isPaused)} disabled={!overview}>
              {isPaused ? 'Go on' : 'Pause'}
            </button>
          </>
        )}
      </PageHeader>
      <div class="stack">
        <FirstSteps />
        <Panels stream={stream} />
      </div>
    </>
  )
}

function Panels({ stream: { overview, refusal, retry } }: { readonly stream: OverviewStream }) {
  if (refusal?.code === 'METRICS_DISABLED') {
    return (
      <Empty title="Nothing is counted, so there is nothing to draw">
        Start the gateway with <code>METRICS_ENABLED=true</code>, which is the default.
      </Empty>
    )
  }
  if (refusal) return <ErrorPanel error={refusal} onRetry={retry} />
  if (!overview) return <Loading what="the figures" rows={20} />
  return (
    <div class="grid panels">
      {overview.panels.map((panel, panelAt) => (
        <PanelCard key={panel.id} panel={panel} panelAt={panelAt} samples={overview.samples} />
      ))}
    </div>
  )
}

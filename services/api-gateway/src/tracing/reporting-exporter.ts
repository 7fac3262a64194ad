import { type ExportResult, ExportResultCode } from '@opentelemetry/core'
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace-base'
import type { Logger } from 'pino'

/** Says once that exports began to fail, and once that they go through again; OpenTelemetry by itself says nothing. */
export class ReportingExporter implements SpanExporter {
  readonly #exporter: SpanExporter
  readonly #logger: Logger
  #isFailing = false

  constructor(exporter: SpanExporter, logger: Logger) {
    this.#exporter = exporter
    this.#logger = logger
  }

  export(spans: ReadableSpan[], done: (result: ExportResult) => void): void {
    this.#exporter.export(spans, result => {
      this.#report(result)
      done(result)
    })
  }

  shutdown(): Promise<void> {
    return this.#exporter.shutdown()
  }

  #report({ code, error }: ExportResult): void {
    const failed = code !== ExportResultCode.SUCCESS
    if (failed === this.#isFailing) return
    this.#isFailing = failed
    // A status, or what the system calls it: the message may quote the answer.
    const reason = (error as { readonly code?: string | number } | undefined)?.code ?? error?.name
    if (failed)
      this.#logger.warn({ reason }, 'the collector does not take traces; they are lost until it does')
    else this.#logger.info('the collector takes traces again')
  }
}

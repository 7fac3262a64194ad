import { readYaml } from './project-files.js'

export interface ComposeService {
  readonly image: string
  readonly build?: { readonly context: string }
  readonly user?: string
  readonly entrypoint?: readonly string[]
  readonly command?: readonly string[]
  readonly environment?: Readonly<Record<string, string>>
  readonly secrets?: readonly string[]
  readonly volumes?: readonly string[]
  readonly networks?: readonly string[] | Readonly<Record<string, { readonly ipv4_address?: string }>>
  readonly depends_on?: readonly string[] | Readonly<Record<string, { readonly condition: string }>>
  readonly healthcheck?: { readonly test?: readonly string[]; readonly disable?: boolean }
  readonly restart?: string
  readonly [option: string]: unknown
}

interface ComposeFile {
  readonly services: Readonly<Record<string, ComposeService>>
  readonly networks: Readonly<
    Record<string, { ipam?: { config: { subnet: string; ip_range: string }[] } } | null>
  >
  readonly volumes: Readonly<Record<string, unknown>>
  readonly secrets: Readonly<Record<string, { readonly file: string }>>
}

export const compose = readYaml<ComposeFile>('deploy/compose.yaml')

/** What the gateway's image runs. */
export const gatewayServices = Object.entries(compose.services).filter(([, { image }]) =>
  image.startsWith('voiceassist-gateway:'),
)

/** The names of the gateways that answer requests. */
export const serving = gatewayServices
  .filter(([, { command }]) => command?.join() === 'serve')
  .map(([name]) => name)

import { GatewayError } from './errors.js'

/**
 * Where a call of an OpenAI-compatible server goes: `path` as in '/embeddings', behind what the variable says, which may
 * be the whole address, or its base with or without '/v1'.
 * @throws GatewayError CONFIG_INVALID that names the variable.
 */
export function openAiAddress(variable: `${string}_URL`, url: string, path: string): URL {
  const address = URL.canParse(url) ? new URL(url) : undefined
  if (!address || !/^https?:$/.test(address.protocol) || address.username !== '' || address.password !== '') {
    throw new GatewayError(
      'CONFIG_INVALID',
      `${variable} is not an http(s) address without user and password`,
      {
        field: variable,
        remedy: `Write it like https://host/v1${path}; the key belongs into ${variable.replace(/URL$/, 'API_KEY')}`,
      },
    )
  }
  const given = address.pathname.replace(/\/+$/, '')
  if (given === '') address.pathname = `/v1${path}`
  else address.pathname = given.endsWith(path) ? given : `${given}${path}`
  return address
}

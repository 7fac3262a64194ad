import type { MultipartFile, MultipartValue } from '@fastify/multipart'
import { type DocumentFields, documentFields } from '@voiceassist/api-contract'
import type { FastifyRequest } from 'fastify'
import { GatewayError } from '../errors.js'
import { createChecker } from '../plugins/request-validator.js'
import type { DocumentInput } from '../services/documents/documents-port.js'

const maxFieldBytes = 65_536
/** What a form has besides the file: boundaries, headers, fields. */
const maxFormBytes = 262_144

/** Limits of the form's parts; the file's size is counted while it is read. */
export const formLimits = {
  files: 2, // a second one is refused by its name, not swallowed
  fields: 10,
  parts: 12,
  fieldNameSize: 100,
  fieldSize: maxFieldBytes,
  headerPairs: 20,
  fileSize: Number.POSITIVE_INFINITY,
} as const

const fieldNames = ['title', 'sourceType', 'metadata'] as const
const check = createChecker<DocumentFields>(documentFields)

/**
 * Reads a form of one `file` and the optional fields title, sourceType and metadata, in any order. No more than
 * `maxBytes` of the file are ever held.
 * @throws GatewayError DOCUMENT_TOO_LARGE as soon as the limit is passed, UNSUPPORTED_MEDIA_TYPE, VALIDATION_FAILED
 */
export async function readUpload(request: FastifyRequest, maxBytes: number): Promise<DocumentInput> {
  if (!request.isMultipart())
    throw new GatewayError(
      'UNSUPPORTED_MEDIA_TYPE',
      'The body must be multipart/form-data with a part named file',
    )
  if (Number(request.headers['content-length'] ?? 0) > maxBytes + maxFormBytes) throw tooLarge(maxBytes)
  const { file, fields } = await readForm(request, maxBytes).catch(error => {
    throw formError(error)
  })
  const { title, sourceType, metadata } = check(fields)
  if (!file) throw invalid('file', 'is missing')
  return {
    ...file,
    ...(title === undefined ? {} : { title }),
    ...(sourceType === undefined ? {} : { sourceType }),
    ...(metadata === undefined ? {} : { metadata }),
  }
}

interface Form {
  file?: Pick<DocumentInput, 'bytes' | 'filename'>
  readonly fields: Record<string, unknown>
}

async function readForm(request: FastifyRequest, maxBytes: number): Promise<Form> {
  const form: Form = { fields: {} }
  for await (const part of request.parts({ limits: formLimits })) {
    if (part.type === 'field') {
      takeField(form.fields, part)
    } else {
      if (part.fieldname !== 'file') throw invalid(part.fieldname, 'is not a field that is known here')
      if (form.file) throw invalid('file', 'must be one file')
      form.file = { bytes: await readFile(part, maxBytes), ...nameOf(part) }
    }
  }
  return form
}

/** The parser's own errors, where they carry no code, are about the form's syntax. */
function formError(error: unknown): unknown {
  if (error instanceof GatewayError || (error as { code?: string }).code?.startsWith('FST_')) return error
  return new GatewayError('MALFORMED_REQUEST', 'The multipart form is broken or ends too early', {
    cause: error,
  })
}

function takeField(
  fields: Record<string, unknown>,
  { fieldname, value, valueTruncated }: MultipartValue,
): void {
  if (!(fieldNames as readonly string[]).includes(fieldname))
    throw invalid(
      fieldname,
      fieldname === 'file' ? 'must be a file, with a filename' : 'is not a field that is known here',
    )
  if (fieldname in fields) throw invalid(fieldname, 'is given twice')
  if (valueTruncated) throw invalid(fieldname, `must have at most ${maxFieldBytes} bytes`)
  fields[fieldname] = fieldname === 'metadata' && typeof value === 'string' ? jsonOf(value) : value
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw invalid('metadata', 'must be JSON')
  }
}

async function readFile({ file }: MultipartFile, maxBytes: number): Promise<Uint8Array> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of file as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > maxBytes) throw tooLarge(maxBytes)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks, size)
}

/** The last part of the path that the caller may have sent; kept only as a name, never used as one. */
function nameOf({ filename }: MultipartFile): { filename?: string } {
  const name = (filename ?? '')
    .split(/[\\/]/)
    .at(-1)!
    .replaceAll(/[\p{Cc}\p{Cs}]/gu, '')
    .trim()
  return name === '' ? {} : { filename: [...name].slice(-255).join('') }
}

function tooLarge(maxBytes: number): GatewayError {
  return new GatewayError('DOCUMENT_TOO_LARGE', `The document has more than ${maxBytes} bytes`, {
    field: 'file',
  })
}

function invalid(field: string, rule: string): GatewayError {
  return new GatewayError('VALIDATION_FAILED', `${field} ${rule}`, { field })
}

import { GatewayError } from '../../errors.js'
import { commonPasswords } from './common-passwords.js'

const passwordLength = { min: 8, max: 128 } as const
const maxColumnLength = 255
const email = /^[^\s@\p{Cc}\p{Cs}]+@[^\s@\p{Cc}\p{Cs}]+$/u
const notStorable = /[\p{Cc}\p{Cs}]/u

/** As it is stored and compared. */
export function normalEmail(text: string): string {
  return text.trim().toLowerCase()
}

/** @throws GatewayError VALIDATION_FAILED. */
export function checkedEmail(text: string): string {
  const address = normalEmail(text)
  if (!email.test(address) || address.length > maxColumnLength)
    throw invalid('email', `must be an e-mail address of at most ${maxColumnLength} characters`)
  return address
}

/** @throws GatewayError VALIDATION_FAILED. */
export function checkedFullName(text = ''): string {
  const fullName = text.trim()
  if (fullName.length > maxColumnLength || notStorable.test(fullName))
    throw invalid(
      'fullName',
      `must have at most ${maxColumnLength} characters, none of them a control character`,
    )
  return fullName
}

/**
 * What NIST SP 800-63B asks of a new password: its length, and that it is none that is tried first. Which characters it
 * is made of does not matter.
 * @param field under which the caller gave it
 * @throws GatewayError VALIDATION_FAILED.
 */
export function checkPassword(password: string, address: string, field: 'password' | 'newPassword'): void {
  const characters = [...password]
  if (characters.length < passwordLength.min || characters.length > passwordLength.max)
    throw invalid(field, `must have ${passwordLength.min} to ${passwordLength.max} characters`)
  const lower = password.toLowerCase()
  if (new Set(characters).size === 1) throw invalid(field, 'must not be one character repeated')
  if (lower === address || lower === address.split('@', 1)[0])
    throw invalid(field, 'must not be the e-mail or the part before its @')
  if (commonPasswords.has(lower)) throw invalid(field, 'must not be one of the commonest passwords')
}

function invalid(field: string, rule: string): GatewayError {
  return new GatewayError('VALIDATION_FAILED', `${field} ${rule}`, { field })
}

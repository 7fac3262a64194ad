import { describe, expect, it } from 'vitest'
import { checkPassword } from '#src/services/accounts/account-rules'
import { commonPasswords } from '#src/services/accounts/common-passwords'

const email = 'florence.n@example.org'
const check = (password: string) => () => checkPassword(password, email, 'newPassword')

describe('a new password', () => {
  it.each([
    ['of the commonest', 'Password123', /commonest/],
    ['of the commonest, whatever its case', 'QWERTYuiop', /commonest/],
    ['the e-mail', 'Florence.N@example.org', /e-mail/],
    ['the part before the @', 'FLORENCE.N', /e-mail/],
    ['one character repeated', 'zzzzzzzzzzzz', /repeated/],
    ['one character of two code units repeated', '😀'.repeat(9), /repeated/],
    ['too short', '1234567', /8 to 128/],
    ['too short, counted as people do', '😀🙂'.repeat(3), /8 to 128/],
    ['too long', 'ab'.repeat(65), /8 to 128/],
  ])('must not be %s', (_, password, message) => {
    expect(check(password)).toThrow(
      expect.objectContaining({
        code: 'VALIDATION_FAILED',
        field: 'newPassword',
        message: expect.stringMatching(message),
      }),
    )
  })

  it.each(['only letters here', 'florence.n@example.org!', '18201910', 'ab'.repeat(64)])(
    'may be made of anything else: %j',
    password => {
      expect(check(password)).not.toThrow()
    },
  )

  it('is compared with some hundred that are long enough to be chosen', () => {
    expect(commonPasswords.size).toBeGreaterThan(300)
    for (const common of commonPasswords) {
      expect(common.length, common).toBeGreaterThanOrEqual(8)
      expect(common).toBe(common.toLowerCase())
    }
  })
})

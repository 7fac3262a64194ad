export interface OptionSyntax {
  /** What stands for the value in help; absent: a flag without one. */
  readonly value?: string
  readonly description: string
}

export interface CommandSyntax {
  readonly summary: string
  /** As it is written in help; '…' says that there may be several, brackets that there may be none. */
  readonly operand?: string
  readonly options: Readonly<Record<string, OptionSyntax>>
  /** Further lines of help. */
  readonly notes?: string
}

const environment = {
  environment: { value: 'NAME', description: 'of this environment (default: FLAG_ENVIRONMENT)' },
}

/** Every command of `voiceassist`, by its words. */
export const commandSyntaxes = {
  serve: {
    summary: 'Run the gateway until it is told to stop',
    options: {},
    notes: 'Settings come from environment variables: see docs/configuration.md.',
  },
  'migrate up': { summary: 'Bring the database to the schema of this version', options: {} },
  'migrate down': {
    summary: 'Take back the newest migration',
    options: { to: { value: 'NAME', description: 'take back all that came after this one; 0 for all' } },
  },
  'migrate status': { summary: 'List the migrations, with the time each was run', options: {} },
  'user create': {
    summary: 'Make an account; asks for its password',
    operand: 'EMAIL',
    options: {
      role: { value: 'ROLE', description: 'user (default), viewer or admin' },
      name: { value: 'NAME', description: 'full name' },
      'password-stdin': { description: 'read the password from standard input' },
    },
  },
  'user list': { summary: 'List the accounts', options: {} },
  'user disable': { summary: 'Close an account and end its logins', operand: 'EMAIL', options: {} },
  'user enable': { summary: 'Open a disabled account again', operand: 'EMAIL', options: {} },
  'user password': {
    summary: 'Give an account a new password and end its logins; asks for it',
    operand: 'EMAIL',
    options: { 'password-stdin': { description: 'read the password from standard input' } },
  },
  'user revoke': { summary: 'End all logins of an account', operand: 'EMAIL', options: {} },
  'user delete': {
    summary: 'Delete an account with its sessions and messages',
    operand: 'EMAIL',
    options: {},
    notes: 'Its audit rows stay; a pseudonym stands for the account from then on.',
  },
  'flags list': { summary: 'List the feature flags', options: environment },
  'flags show': { summary: 'Print a feature flag as JSON', operand: 'FLAG', options: environment },
  'flags toggle': { summary: 'Turn a feature flag on or off', operand: 'FLAG', options: environment },
  'flags kill': {
    summary: 'Have a feature flag serve its off value to everybody, at once',
    operand: 'FLAG',
    options: { ...environment, revive: { description: 'take it back' } },
  },
  'flags override': {
    summary: 'Turn a feature flag on or off for one account',
    operand: 'FLAG',
    options: {
      ...environment,
      user: { value: 'EMAIL', description: 'whom it is for: e-mail or id' },
      to: { value: 'STATE', description: 'on, off, or none to take the override away' },
    },
  },
  'kb import': {
    summary: 'Store documents: .md, .txt, .html and .pdf files, and all of them in folders',
    operand: 'PATH…',
    options: {
      concurrency: {
        value: 'N',
        description: 'documents under way at once; as many as keep the embedder busy',
      },
    },
    notes:
      'Files that did not change since the last import are left as they are, so the same command again goes on where\n' +
      'it was stopped. A file that cannot be read is reported at the end; the exit code is 1 then.',
  },
  'kb list': {
    summary: 'List the newest documents',
    options: {
      limit: { value: 'N', description: 'how many, 1 to 1000 (default 100)' },
      json: { description: 'one JSON object a line' },
    },
  },
  'kb delete': { summary: 'Delete documents', operand: 'ID…', options: {} },
  'kb reindex': {
    summary: 'Cut and embed a document anew, or all of them',
    operand: '[ID]',
    options: {},
    notes: 'After a change of EMBEDDINGS_URL or EMBEDDINGS_MODEL: all, with the gateway stopped.',
  },
  'rag calibrate': {
    summary: 'Choose from labelled pairs how similar a question must be to get another’s result',
    options: {
      pairs: { value: 'FILE', description: 'CSV: question_1,question_2,same (1 or 0); at least 100 rows' },
      precision: {
        value: 'SHARE',
        description: 'of the questions that get another’s result, those that mean the same: 0.5 to 0.999',
      },
      check: { value: 'FILE', description: 'measure the threshold on these pairs too' },
    },
    notes: 'Writes the setting `semantic_reuse`; it holds for the embedder that is configured now.',
  },
  'audit verify': {
    summary: 'Verify that no audit row was changed or removed since it was sealed',
    options: {
      head: {
        value: 'HEAD',
        description: 'what `audit head` printed earlier, to show that nothing was cut off',
      },
    },
    notes: 'The exit code is 1 when a row is broken, or the chain does not hold the head.',
  },
  'audit head': {
    summary: 'Print where the chain of audit rows ends, signed',
    options: {},
    notes: 'Keep the line where the database’s administrator cannot write.',
  },
} as const satisfies Record<string, CommandSyntax>

export type CommandWords = keyof typeof commandSyntaxes

const syntaxes: Readonly<Record<string, CommandSyntax>> = commandSyntaxes

export function syntaxOf(words: CommandWords): CommandSyntax {
  return syntaxes[words]!
}

export function usageOf(words: CommandWords): string {
  const { operand, options } = syntaxOf(words)
  const parts = [words, ...(operand === undefined ? [] : [operand])]
  for (const [name, { value }] of Object.entries(options)) {
    parts.push(value === undefined ? `[--${name}]` : `[--${name} ${value}]`)
  }
  return `voiceassist ${parts.join(' ')}`
}

/** What `--help` prints of one command. */
export function helpOf(words: CommandWords): string {
  const { summary, options, notes } = syntaxOf(words)
  const rows = Object.entries(options).map(([name, { value, description }]) => [
    value === undefined ? `--${name}` : `--${name} ${value}`,
    description,
  ])
  return [
    `Usage: ${usageOf(words)}`,
    '',
    summary,
    ...(rows.length > 0 ? ['', ...columns(rows)] : []),
    ...(notes === undefined ? [] : ['', notes]),
  ].join('\n')
}

/** Every command, or those that begin with a word. */
export function overview(group?: string): string {
  const names = Object.keys(commandSyntaxes) as CommandWords[]
  const listed = names.filter(name => group === undefined || name.startsWith(`${group} `))
  const rows = listed.map(name => [`${name} ${syntaxOf(name).operand ?? ''}`.trim(), syntaxOf(name).summary])
  return [
    `Usage: voiceassist ${group ?? ''}${group === undefined ? '' : ' '}COMMAND`,
    '',
    ...columns(rows),
    '',
    'voiceassist COMMAND --help says more of one.',
  ].join('\n')
}

function columns(rows: readonly (readonly string[])[]): string[] {
  const width = Math.max(...rows.map(([left]) => left!.length))
  return rows.map(([left, right]) => `  ${left!.padEnd(width)}  ${right}`)
}

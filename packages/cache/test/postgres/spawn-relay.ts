import { spawn } from 'node:child_process'
import { once } from 'node:events'

/** A relay of the table `users` in a Node process of its own, which says what it does, a line each. */
export function spawnRelay(url: string) {
  const source = `
    import { createRelay, trackTable } from ${JSON.stringify(import.meta.resolve('#src/postgres'))}
    const done = { memory: 0, remote: 'done', acknowledged: false }
    const say = async names => { for (const name of names) console.log(name); return done }
    const users = trackTable({ table: 'users', columns: ['id'], key: row => 'user:' + row.id })
    const relay = createRelay({
      connectionString: process.env.URL_OF_TEST,
      cache: { delete: say, invalidateTags: say, clear: say, deletePattern: say },
      tables: [users],
      onError: error => console.log('failed ' + error.code),
    })
    await relay.ready
    console.log('ready')`
  const child = spawn(process.execPath, ['--input-type=module', '-e', source], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, URL_OF_TEST: url },
  })
  let output = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text
  })
  const exited = once(child, 'exit')
  return {
    pid: child.pid as number,
    said: () => output.split('\n'),
    async end() {
      child.kill('SIGKILL')
      await exited
    },
  }
}

// Tries for the folder, says how it went, and keeps what it got until it is killed.
import { lockDataFolder } from '../../dist/data-folder/data-folder-lock.js'

process.on('message', () => {})
try {
  lockDataFolder(process.argv[2])
  process.send('held')
} catch (error) {
  process.send(error.code)
}

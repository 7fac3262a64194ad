import { useLocation } from 'preact-iso'
import { restOfPath } from '../../rest-of-path.js'
import { FlagDetails } from './flag-details.js'
import { FlagList } from './flag-list.js'

export default function FlagsPage() {
  const { path } = useLocation()
  const name = decodeURIComponent(restOfPath(path, '/flags') ?? '')
  return name ? <FlagDetails key={name} name={name} /> : <FlagList />
}

import { useLocation } from 'preact-iso'
import { base } from '../../base.js'
import { FlagDetails } from './flag-details.js'
import { FlagList } from './flag-list.js'

export default function FlagsPage() {
  const { path } = useLocation()
  const name = decodeURIComponent(path.slice(`${base}/flags/`.length))
  return name ? <FlagDetails key={name} name={name} /> : <FlagList />
}

import { useEffect, useState } from 'preact/hooks'

/** Reads again at intervals while it is on and the page is seen. */
export function useLive(reload: () => void, everyMs: number): readonly [boolean, (on: boolean) => void] {
  const [isOn, setOn] = useState(true)
  useEffect(() => {
    if (!isOn) return
    const timer = setInterval(() => {
      if (document.visibilityState === 'visible') reload()
    }, everyMs)
    return () => clearInterval(timer)
  }, [isOn, reload, everyMs])
  return [isOn, setOn]
}

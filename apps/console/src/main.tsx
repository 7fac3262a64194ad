import { render } from 'preact'
import { App } from './app.js'
import { applyTheme } from './shell/theme.js'
import './styles/tokens.css'
import './styles/base.css'
import './styles/layout.css'
import './styles/parts.css'

applyTheme()
render(<App />, document.getElementById('app')!)

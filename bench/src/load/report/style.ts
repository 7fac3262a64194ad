/** Of the report; light and dark by the reader's own setting. */
export const style = `
:root{--ground:#fff;--ink:#1c2430;--quiet:#5b6675;--rule:#dde2e8;--good:#1a7f4b;--bad:#b42318;--c0:#1f6feb;--c1:#d9480f;--c2:#2b8a3e;--c3:#9c36b5;--c4:#b7791f;--c5:#0c8599}
@media(prefers-color-scheme:dark){:root{--ground:#12161c;--ink:#e4e8ee;--quiet:#97a3b2;--rule:#2b333e;--good:#4ac07f;--bad:#ff8a7a;--c0:#6cb2ff;--c1:#ff9f66;--c2:#6fd08c;--c3:#d89bf0;--c4:#e7bd5a;--c5:#5bd0e0}}
*{box-sizing:border-box}
body{margin:0;background:var(--ground);color:var(--ink);font:15px/1.5 system-ui,sans-serif}
main{max-width:64rem;margin:0 auto;padding:2rem 1.25rem 4rem}
h1{font-size:1.7rem;margin:0}h2{font-size:1.3rem;margin:2.5rem 0 .5rem;border-top:1px solid var(--rule);padding-top:1rem}h3{font-size:1.05rem;margin:1.6rem 0 .4rem}
.verdict{font-weight:600;font-size:1.1rem;margin:.3rem 0}.good{color:var(--good)}.bad{color:var(--bad)}
.note{color:var(--quiet);font-size:.9rem;margin:.4rem 0}
.scroll{overflow-x:auto}
table{border-collapse:collapse;font-size:.88rem;font-variant-numeric:tabular-nums;min-width:100%}
th,td{padding:.28rem .6rem;border-bottom:1px solid var(--rule);text-align:right;vertical-align:top;white-space:nowrap}
th{color:var(--quiet);font-weight:600;vertical-align:bottom;white-space:normal}
td:first-child,th:first-child,.text td,.text th{text-align:left}.text td{white-space:normal}
tr.holds td:first-child{color:var(--good);font-weight:600}tr.missed td:first-child{color:var(--bad);font-weight:600}
figure{margin:1.6rem 0 0}figcaption{font-weight:600;font-size:.95rem}
svg{width:100%;height:auto;display:block}svg text{font-size:11px;fill:var(--quiet)}
.grid{stroke:var(--rule)}line.event{stroke:var(--quiet);stroke-dasharray:3 3}text.event{font-weight:600}
.line{fill:none;stroke-width:1.6;stroke-linejoin:round}.more{stroke-dasharray:5 3}
.c0{stroke:var(--c0);background:var(--c0)}.c1{stroke:var(--c1);background:var(--c1)}.c2{stroke:var(--c2);background:var(--c2)}.c3{stroke:var(--c3);background:var(--c3)}.c4{stroke:var(--c4);background:var(--c4)}.c5{stroke:var(--c5);background:var(--c5)}
.legend{display:flex;flex-wrap:wrap;gap:.2rem 1.1rem;list-style:none;padding:0 0 0 3.5rem;margin:.2rem 0;font-size:.85rem}
.legend i{display:inline-block;width:1.1rem;height:.2rem;margin-right:.4rem;vertical-align:middle}
details{margin:.2rem 0 0 3.5rem;font-size:.85rem}summary{color:var(--quiet);cursor:pointer}details h3{display:none}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.15rem 1.2rem;font-size:.9rem}dt{color:var(--quiet)}dd{margin:0}
`

import{html as o}from"/ui/html.js";import{useEffect as H,useLayoutEffect as L,useRef as T,useState as b}from"/vendor/hooks.js";export{toMermaid,traceToArrows}from"/ui/ladder-data.js";const j={close:"Close",copy:"Copy JSON",copied:"Copied",empty:"Nothing has happened yet.",took:"took",newest:"Newest",ladder:"Messages in order of time",nothing:"There is nothing more to show of it.",good:"good",warn:"warning",bad:"failed"},z=1e3,B=48,E=38,I={"":"",good:"✓ ",warn:"! ",bad:"✕ "};export function Ladder({lanes:t,arrows:e,onOpen:s,selected:l,live:i=!1,words:c,label:$}){const d={...j,...c},[h,u]=b(null),[p,m]=b(null),[y,F]=b(!1),r=T(null),O=l===void 0?h:l,a=e.find(n=>n.id===O)??null,C=e[0]?.at??0,D=e.some(n=>n.id===p)?p:a?.id??e[0]?.id;L(()=>{i&&!y&&r.current&&(r.current.scrollTop=r.current.scrollHeight)},[i,y,e.length,O]);const v=n=>{u(n?.id??null),s?.(n)},_=()=>{const n=r.current;n&&F(n.scrollHeight-n.scrollTop-n.clientHeight>B)},N=n=>{const f=[...r.current?.querySelectorAll("button")??[]],k=f.indexOf(document.activeElement),A={ArrowDown:k+1,ArrowUp:k-1,Home:0,End:f.length-1}[n.key];if(n.key==="Escape"&&a)v(null);else if(A!==void 0&&k>=0)f[A]?.focus();else return;n.preventDefault(),n.stopPropagation()};return e.length===0?o`<p class="ladder-empty fine">${d.empty}</p>`:o`
    <div class=${`ladder ${a?"open":""}`}>
      <div class="ladder-chart" role="group" aria-label=${$??d.ladder} onKeyDown=${N}>
        <div class="ladder-scroll" ref=${r} onScroll=${_}>
          <${K} lanes=${t} />
          <ol class="plain">
            ${e.map((n,f)=>o`
              <${P}
                key=${n.id}
                arrow=${n}
                lanes=${t}
                since=${n.at-C}
                pause=${f?n.at-(e[f-1]?.at??0):0}
                isOpen=${n===a}
                isStop=${n.id===D}
                onFocus=${()=>m(n.id)}
                onOpen=${()=>v(n===a?null:n)}
                say=${d}
              />`)}
          </ol>
        </div>
        ${i&&y?o`<button type="button" class="small ladder-newest" onClick=${()=>F(!1)}>↓ ${d.newest}</button>`:null}
      </div>
      ${a?o`<${q} arrow=${a} lanes=${t} since=${a.at-C} onClose=${()=>v(null)} say=${d} />`:null}
    </div>`}function K({lanes:t}){return o`
    <div class="ladder-heads" aria-hidden="true">
      <span class="ladder-time">ms</span>
      ${t.map(e=>o`
        <div class="ladder-head" key=${e.id}>
          <strong title=${e.title}>${e.title}</strong>
          ${e.sub?o`<span title=${e.sub}>${e.sub}</span>`:null}
        </div>`)}
    </div>`}function P({arrow:t,lanes:e,since:s,pause:l,isOpen:i,isStop:c,onFocus:$,onOpen:d,say:h}){const u=t.tone??"",p=[t.note,t.took===void 0||t.took===null?"":R(t.took)].filter(Boolean).join(" · "),m=`${S(s)}, ${x(e,t.from)} → ${x(e,t.to)}: ${t.label} ${p} ${u?h[u]:""}`;return o`
    <li>
      ${l>=z?o`<${J} lanes=${e} pause=${l} />`:null}
      <button
        type="button"
        class=${`ladder-row ${u}`}
        aria-expanded=${i}
        tabindex=${c?0:-1}
        onFocus=${$}
        onClick=${d}
      >
        <span class="ladder-spoken">${m.trim()}</span>
        <span class="ladder-time number" aria-hidden="true">${S(s)}</span>
        <svg class="ladder-lines" height=${E} aria-hidden="true" focusable="false">
          <${M} lanes=${e} height=${E} />
          <${W} arrow=${t} lanes=${e} />
          <${X} arrow=${t} lanes=${e} note=${p} />
        </svg>
      </button>
    </li>`}function J({lanes:t,pause:e}){return o`
    <div class="ladder-break" aria-hidden="true">
      <span class="ladder-time number">⋮</span>
      <svg class="ladder-lines" height="26">
        <${M} lanes=${t} height=${26} />
        <text x="50%" y="17" text-anchor="middle">≈ ${(e/1e3).toFixed(e<1e4?1:0)} s ≈</text>
      </svg>
    </div>`}function M({lanes:t,height:e}){return t.map(s=>{const l=`${g(t,s.id)}%`;return o`<line class="life" key=${s.id} x1=${l} x2=${l} y1="0" y2=${e} />`})}function W({arrow:t,lanes:e}){const s=g(e,t.from),l=g(e,t.to);if(s===l)return o`<svg x=${`${s}%`} overflow="visible"><path class="shot" d="M0 16 h16 v14 h-10" /><path class="tip" d="M0 30 l9 -5 v10 z" /></svg>`;const i=l>s?"M0 29 l-9 -5 v10 z":"M0 29 l9 -5 v10 z";return o`
    <line class="shot" x1=${`${s}%`} x2=${`${l}%`} y1="29" y2="29" />
    <circle class="tip" cx=${`${s}%`} cy="29" r="3" />
    <svg x=${`${l}%`} overflow="visible"><path class="tip" d=${i} /></svg>`}function X({arrow:t,lanes:e,note:s}){const l=g(e,t.from),i=g(e,t.to),c=l===i,$=c&&l>60,d=c?$?"end":"start":"middle";return o`
    <text x=${`${(l+i)/2}%`} dx=${c?$?-8:24:0} y=${c?27:20} text-anchor=${d}>
      ${I[t.tone??""]}<tspan class="label">${t.label}</tspan>${s?o`<tspan class="note" dx="6">${s}</tspan>`:null}
    </text>`}function q({arrow:t,lanes:e,since:s,onClose:l,say:i}){const[c,$]=b(!1);H(()=>$(!1),[t.id]);const d=t.json===void 0||t.json===null?"":JSON.stringify(t.json,null,2),h=async()=>{await navigator.clipboard.writeText(d),$(!0)};return o`
    <section class="ladder-details" aria-label=${t.label} data-testid="ladder-details">
      <div class="row">
        <strong>${t.label}</strong>
        <span class="fine">${x(e,t.from)} → ${x(e,t.to)} · ${S(s)} · ${new Date(t.at).toISOString().slice(11,23)}</span>
        <span class="row push">
          ${d&&navigator.clipboard?o`<button type="button" class="small" onClick=${h}>${c?i.copied:i.copy}</button>`:null}
          <button type="button" class="small" onClick=${l}>${i.close}</button>
        </span>
      </div>
      ${t.note?o`<p class="fine">${t.note}${t.took?`, ${i.took} ${R(t.took)}`:""}</p>`:null}
      ${t.facts?.length?o`<dl class="facts">${t.facts.map(([u,p])=>o`<dt>${u}</dt><dd class="number">${p}</dd>`)}</dl>`:null}
      ${d?o`<pre tabindex="0">${d}</pre>`:o`<p class="fine">${i.nothing}</p>`}
    </section>`}function g(t,e){const s=t.findIndex(l=>l.id===e);return((s<0?t.length-1:s)+.5)/t.length*100}function x(t,e){return t.find(s=>s.id===e)?.title??e}function S(t){return t>=1e5?`+${(t/1e3).toFixed(0)} s`:t>=1e4?`+${(t/1e3).toFixed(1)} s`:`+${t.toFixed(t<100?1:0)}`}function R(t){return t>=1e3?`${(t/1e3).toFixed(1)} s`:`${t<10?t.toFixed(1):t.toFixed(0)} ms`}

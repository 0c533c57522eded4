import{a as v,b as d,e as P,f as a,g as A,h as B,i as U,j as E,k as F,l as H,m as _,o as k,p as W,q as j,r as V,s as K,t as D,u as q,v as z,w as G}from"./chunks/5JFEWBSI.js";import{a as R,b as N}from"./chunks/J27UIIJB.js";import{html as f}from"/ui/html.js";import{render as ye}from"/vendor/preact.js";import{useCallback as Me,useEffect as re,useState as x}from"/vendor/hooks.js";import{connect as ue}from"/sdk/hookswitch.js";var p=null,J;for(let t of["pointerdown","keydown"])addEventListener(t,Q);function Q(){p??=new AudioContext,p.resume()}function X(){Z(2e3,()=>{for(let t of[0,.12,.24,.36])I(784,t,.06,.12),I(988,t+.06,.06,.12)})}function Y(){Z(4e3,()=>I(425,0,1,.03))}function w(){clearInterval(J)}function Z(t,e){w(),navigator.userActivation?.hasBeenActive&&Q(),e(),J=setInterval(e,t)}function I(t,e,s,n){if(p?.state!=="running")return;let i=p.currentTime+e,o=new OscillatorNode(p,{frequency:t}),l=new GainNode(p,{gain:0});l.gain.setTargetAtTime(n,i,.008),l.gain.setTargetAtTime(0,i+s,.012),o.connect(l).connect(p.destination),o.start(i),o.stop(i+s+.1)}var S=class extends v{local=null;isAsking=!1;isMuted=!1;isCameraOff=!1;isSharing=!1;devices=[];speaker="";#t=0;#e=[];#s=null;open(e,s){this.close();let n=++this.#t;return this.isAsking=!0,R(e,s).then(i=>n!==this.#t?(i.stop(),i.stream):(this.isAsking=!1,this.local=i,this.changed(),this.listDevices(),i.stream))}close(){this.#t+=1,this.local?.stop();for(let e of this.#e)e.stop();this.local=null,this.#e=[],this.#s=null,this.isAsking=this.isMuted=this.isCameraOff=this.isSharing=!1,this.changed()}toggleMicrophone(){this.isMuted=!this.isMuted,this.#n()}toggleCamera(){this.isCameraOff=!this.isCameraOff,this.#n()}#n(){for(let e of this.local?.stream.getAudioTracks()??[])e.enabled=!this.isMuted;for(let e of this.local?.stream.getVideoTracks()??[])e.enabled=!this.isCameraOff;this.changed()}async listDevices(){let e=await navigator.mediaDevices?.enumerateDevices()??[];this.devices=e.filter(({deviceId:s})=>s!==""),this.changed()}async toggleScreen(e){if(this.isSharing)return this.#a(e);let[s]=(await navigator.mediaDevices.getDisplayMedia({video:!0})).getVideoTracks(),[n]=this.local?.stream.getVideoTracks()??[];!s||!this.local||(this.#s=n??null,this.isSharing=!0,s.onended=()=>{this.#a(e)},this.#e.push(s),await this.#i(s,e))}async#a(e){if(!this.isSharing)return;this.isSharing=!1;let[s]=this.local?.stream.getVideoTracks()??[];s?.stop(),this.#s?await this.#i(this.#s,e):this.changed()}async choose(e,s,n){let i=await navigator.mediaDevices.getUserMedia({[e]:{deviceId:{exact:s}}}),[o]=i.getTracks();!o||!this.local||(e==="video"&&(this.local.drawnBecause=""),this.#e.push(o),await this.#i(o,n))}chooseSpeaker(e){this.speaker=e,this.changed()}async#i(e,s){let n=this.local?.stream;if(!n)return e.stop();let i=n.getTracks().find(l=>l.kind===e.kind);await s?.getSenders().find(l=>l.track?.kind===e.kind)?.replaceTrack(e),i&&n.removeTrack(i),n.addTrack(e),this.#n()}};var y=class extends v{sending=new S;client=null;call=null;last=null;remote=null;mediaState="";connectedInMs=null;isListed=!0;isLoggingIn=!1;token="";isRelayOnly=!1;problem=null;mediaProblem=null;talkingSince=0;callSince=0;ringSecs=null;lastOutageMs=null;#t=0;#e=0;constructor(e){super(),this.options=e,this.sending.listen(()=>this.changed())}get user(){return this.client?.user??""}get isOnline(){return this.client?.state==="online"}get others(){return[...this.client?.online??[]].filter(e=>e!==this.user&&!e.startsWith("robo-")).sort()}async logIn(e,s){this.isLoggingIn=!0,this.problem=null;let n=/^[\w-]+\.[\w-]+\.[\w-]+$/.test(s);this.token=n?s:"",this.changed();let i=n?{token:s}:{user:e,password:s||"demo"};try{this.client=await ue({...i,WebSocket:H(n?"":e)})}catch(o){return this.problem=o,!1}finally{this.isLoggingIn=!1,this.changed()}return this.#s(this.client),!0}#s(e){e.on("call",s=>this.#a(s)),e.on("presence",()=>this.changed()),e.on("state",s=>{s==="reconnecting"&&(this.#t=performance.now()),s==="online"&&this.#t&&(this.lastOutageMs=performance.now()-this.#t),s==="closed"&&(this.client=null),this.changed()}),e.on("error",s=>{e.state!=="online"&&(this.problem=s,this.#n())}),e.watch(["*"]).then(()=>this.changed(),()=>{this.isListed=!1,this.changed()})}logOut(){this.client?.logout(),this.last=null,this.#n()}#n(){this.call=null,this.#r(),w(),this.changed()}dial(e,s=null){if(!this.client||this.call||!e)return null;this.callSince=Date.now();let n=this.client.call(e,{media:this.#o(),...s===null?{}:{ringSecs:s}});return this.#a(n),this.ringSecs=s,n}async answer(){let e=this.call;if(e){this.#e=Date.now();try{await e.answer({media:this.#o()})}catch(s){e.state!=="ended"&&(this.mediaProblem=s),this.changed()}}}decline(){this.call?.decline()}cancel(){this.call?.cancel()}hangUp(){this.call?.hangup()}dropSocket(){F.sockets.get(this.user)?.close()}get connection(){return this.call?.peerConnection??null}renewMedia(){this.call?.state==="talking"&&this.call.media(this.#o())}#a(e){this.call=e,this.last=null,this.ringSecs=null,this.mediaProblem=null,this.connectedInMs=null,this.#e=0,this.callSince=e.role==="caller"&&!e.placed&&!e.restored?this.callSince:Date.now(),(e.restored||e.placed)&&(e.role==="caller"||e.state==="talking")&&e.media(this.#o()),e.on("state",()=>this.#i(e)),e.on("error",n=>console.warn(n)),this.#i(e)}#i(e){e===this.call&&(e.state==="talking"&&(this.talkingSince||=Date.now(),this.#e||=Date.now()),e.state==="ended"&&(this.last=e,this.call=null,this.talkingSince=0,this.#r()),this.#l(),this.changed())}#l(){this.options.isSilent||this.call?.state!=="ringing"?w():this.call.role==="callee"?X():Y()}#o(){return{localStream:this.sending.open(this.user,this.options.isDrawn),onRemoteStream:e=>{this.remote=e,this.changed()},onConnectionState:e=>{this.mediaState=e,e==="connected"&&(this.connectedInMs??=Date.now()-this.#e),this.changed()},...this.isRelayOnly?{rtcConfiguration:{iceTransportPolicy:"relay"}}:{}}}#r(){this.remote=null,this.mediaState="",this.sending.close()}};import{html as h}from"/ui/html.js";import{useEffect as fe,useState as me}from"/vendor/hooks.js";import{html as he}from"/ui/html.js";function M({user:t}){return he`<span class="avatar" style=${{"--hue":String(N(t))}} aria-hidden="true">${t.slice(0,1)}</span>`}var pe=["alice","bob","carol","dave"];function O({person:t}){d(t);let{call:e,last:s}=t,n=e?.state??"idle",i=e?a("callWith",{user:e.user}):s?a("lastCall",{user:s.user}):a("noCall");return h`
    <section class="card status">
      <div class="row">
        <h2>${i}</h2>
        <${ge} since=${t.talkingSince} />
        <span class="state" data-testid="state" data-state=${n} role="status">${n}</span>
      </div>
      <dl class="facts" hidden=${s===null}>
        <dt>${a("code")}</dt>
        <dd><span data-testid="error-code">${s?String(s.errorCode):""}</span> <span class="fine">${s?j(s.errorCode):""}</span></dd>
        <dt>${a("reason")}</dt>
        <dd id="reason">${s?.reason.replaceAll("_"," ")||"–"}</dd>
      </dl>
    </section>`}function ge({since:t}){let[e,s]=me(Date.now());fe(()=>{if(!t)return;let i=setInterval(()=>s(Date.now()),500);return()=>clearInterval(i)},[t]);let n=Math.max(0,Math.floor((e-t)/1e3));return h`<span class="clock number" hidden=${!t}>${Math.floor(n/60)}:${String(n%60).padStart(2,"0")}</span>`}function ee({person:t}){return d(t),h`
    <form class="card dial" onSubmit=${s=>{s.preventDefault();let n=new FormData(s.currentTarget);t.dial(String(n.get("peer")).trim())}}>
      <h2><label for="peer">${a("callSomebody")}</label></h2>
      <div class="row">
        <input data-testid="peer" id="peer" name="peer" autocomplete="off" autocapitalize="none" spellcheck=${!1} maxlength="128"
          placeholder=${t.user==="bob"?"alice":"bob"} required />
        <button class="primary" data-testid="call" id="call" disabled=${t.call!==null}>${a("call")}</button>
      </div>
    </form>`}function te({person:t}){d(t);let{others:e}=t,s=i=>{let o=document.getElementById("peer");o&&(o.value=i),t.dial(i)},n=ne(t);return h`
    <section class="card">
      <h2>${a("onlineNow")}</h2>
      <ul class="plain people" data-testid="people">
        ${e.map(i=>h`
          <li key=${i}>
            <${M} user=${i} />
            <span>${i}</span>
            <button type="button" class="small" aria-label=${a("callUser",{user:i})} disabled=${t.call!==null} onClick=${()=>s(i)}>${a("call")}</button>
          </li>`)}
      </ul>
      ${e.length===0?h`<p class="fine">${a(t.isListed?"nobody":"notListed")}</p>`:null}
      ${n?h`<p class="fine"><a href=${ie(n)} target="_blank" rel="noopener">${a("openTab",{user:n})}</a></p>`:null}
    </section>`}function se({person:t}){d(t);let e=ne(t),s=t.last?.reason==="offline";return!e||!s&&(t.last!==null||t.others.length>0)?null:h`<a class="pill" href=${ie(e)} target="_blank" rel="noopener">${a("openTab",{user:e})}</a>`}function ne({last:t,user:e,others:s}){return t?.reason==="offline"?t.user:pe.find(n=>n!==e&&!s.includes(n))}function ie(t){let e=new URL(location.pathname,location.href);return e.searchParams.set("user",t),new URLSearchParams(location.search).get("media")==="fake"&&e.searchParams.set("media","fake"),e.href}import{html as g}from"/ui/html.js";import{useEffect as C,useRef as ae,useState as oe}from"/vendor/hooks.js";function T({person:t,ringTimeoutSecs:e,offer:s}){d(t);let{call:n,remote:i,sending:o}=t,l=n?.state==="talking",c=n?.role==="callee"&&n.state==="ringing",u=n!==null&&n.role==="caller"&&!l,b=["stage",n?"live":"",n&&!l?"pulse":""].join(" "),de=l&&(t.mediaState==="disconnected"||t.mediaState==="failed");return g`
    <section class=${b} aria-label=${a("stage")}>
      <${be} stream=${i} isQuiet=${t.options.isSilent} speaker=${o.speaker} />
      <${ke} person=${t} isHidden=${l&&i!==null} ringTimeoutSecs=${e} offer=${s} />
      <span class="tag top" hidden=${!l}>${n?.user}</span>
      <p class="toast" role="status" hidden=${!de}>${a("mediaLost")}</p>
      <${ve} person=${t} />
      <div class="controls">
        <${$e} person=${t} isHidden=${!l} />
        <button type="button" class="round go" data-testid="answer" hidden=${!c} disabled=${c&&o.isAsking}
          onClick=${()=>t.answer()}>${a("answer")}</button>
        <button type="button" class="round stop" data-testid="decline" hidden=${!c} onClick=${()=>t.decline()}>${a("decline")}</button>
        <button type="button" class="round stop" data-testid="cancel" hidden=${!u} onClick=${()=>t.cancel()}>${a("cancel")}</button>
        <button type="button" class="round stop" data-testid="hangup" hidden=${!l} onClick=${()=>t.hangUp()}>${a("hangUp")}</button>
      </div>
    </section>`}function $e({person:t,isHidden:e}){let{sending:s}=t,n=!!navigator.mediaDevices?.getDisplayMedia,i=()=>s.toggleScreen(t.connection).catch(()=>{});return g`
    <button type="button" class="round" id="mic" aria-pressed=${s.isMuted} hidden=${e} onClick=${()=>s.toggleMicrophone()}>
      ${a(s.isMuted?"unmute":"mute")}</button>
    <button type="button" class="round" id="cam" aria-pressed=${s.isCameraOff} hidden=${e} onClick=${()=>s.toggleCamera()}>
      ${a(s.isCameraOff?"cameraOn":"cameraOff")}</button>
    <button type="button" class="round" id="share" aria-pressed=${s.isSharing} hidden=${e||!n} onClick=${i}>
      ${a(s.isSharing?"shareEnd":"share")}</button>`}function be({stream:t,isQuiet:e,speaker:s}){let n=ae(null),[i,o]=oe(!1);return C(()=>{let c=n.current;c&&(c.srcObject=t,c.muted=e,o(!1),t&&c.play().catch(u=>{!(u instanceof DOMException)||u.name!=="NotAllowedError"||(c.muted=!0,o(!0),c.play().catch(()=>{}))}))},[t,e]),C(()=>{let c=n.current;c?.setSinkId&&(s||c.sinkId)&&c.setSinkId(s).catch(()=>{})},[s]),g`
    <video class="remote" data-testid="remote-video" id="remote-video" ref=${n} autoplay playsinline></video>
    <button type="button" class="pill sound" hidden=${!i} onClick=${()=>{n.current&&(n.current.muted=!1),o(!1)}}>${a("soundOn")}</button>`}function ve({person:t}){let{local:e,isSharing:s}=t.sending,n=ae(null);C(()=>{n.current&&(n.current.srcObject=e?.stream??null)},[e?.stream]);let i=s||!!e?.drawnBecause;return g`
    <figure class=${`local ${i?"plain":""}`} hidden=${e===null}>
      <video data-testid="local-video" id="local-video" ref=${n} autoplay playsinline muted></video>
      <figcaption class="tag">${a(s?"yourScreen":"you")}</figcaption>
    </figure>`}function ke({person:t,isHidden:e,ringTimeoutSecs:s,offer:n}){let{call:i,last:o,sending:l}=t,{headline:c,advice:u}=i?k(i,l.isAsking):o?W(o):Se(t),b=i?.state==="ringing";return g`
    <div class="curtain" hidden=${e}>
      <span class="portrait">
        <${M} user=${(i??o)?.user??t.user} />
        ${b?g`<${we} since=${t.callSince} seconds=${t.ringSecs??s} />`:null}
      </span>
      <p class="headline">${c}</p>
      <p class="fine">${i&&t.mediaProblem?V(t.mediaProblem):u}</p>
      ${i?null:n}
    </div>`}function we({since:t,seconds:e}){let[s,n]=oe(Date.now());C(()=>{let o=setInterval(()=>n(Date.now()),250);return()=>clearInterval(o)},[]);let i=Math.max(0,e-(s-t)/1e3);return g`
    <svg class="countdown" viewBox="0 0 40 40" aria-hidden="true">
      <circle cx="20" cy="20" r="18.5" />
      <circle class="left" cx="20" cy="20" r="18.5" pathLength="100" stroke-dasharray=${`${i/e*100} 100`} />
    </svg>
    <span class="seconds" title=${a("ringsFor",{seconds:e})}>${Math.ceil(i)} s</span>`}function Se({others:t,isListed:e}){let s=t[0]?a("callOrWait",{user:t[0]}):a(e?"firstHere":"byName");return{headline:a("nobodyOnLine"),advice:s}}var m=new URL(location.href),L=m.searchParams.get("in")==="two",$=m.searchParams.get("user")??"",r=new y({isDrawn:m.searchParams.get("media")==="fake",isSilent:m.searchParams.has("quiet")});Object.assign(window,{person:r});function Ce(){d(P),d(r);let[t,e]=x(60),[s,n]=x(location.pathname==="/"),[i,o]=x(!1),l=K(r);re(()=>{_.then(b=>{e(b.ring_timeout_secs),n(b.development)}),$&&le($,"")},[]),re(()=>{document.title=Oe()}),U(Te,xe,Me(()=>o(!0),[]));let c=r.client===null,u={person:r,ringTimeoutSecs:t};return L?f`<${De} ...${u} line=${l} />`:f`
    <a class="skip" href="#main">${a("skip")}</a>
    <${A} person=${r} onHelp=${()=>o(!0)} />
    <${G} />
    <${z} person=${r} isDevelopment=${s} isHidden=${!c||$!==""&&r.isLoggingIn} onLogin=${le} initialUser=${$} />
    <main id="main" class="call-view" hidden=${c}>
      <div class="scene">
        <${T} ...${u} offer=${f`<${se} person=${r} />`} />
        <${Ie} person=${r} line=${l} />
      </div>
      <aside class="side">
        <${O} person=${r} />
        <${ee} person=${r} />
        <${te} person=${r} />
      </aside>
      <div class="below">${c?null:f`<${q} person=${r} peer=${null} line=${l} hasFlow=${!0} />`}</div>
    </main>
    <${E} isOpen=${i} onClose=${()=>o(!1)} />`}function De({person:t,ringTimeoutSecs:e,line:s}){let n=$==="bob"?"alice":"bob",i=f`
    <button type="button" class="pill go" disabled=${!t.isOnline} onClick=${()=>t.dial(n)}>${a("callUser",{user:n})}</button>`;return f`
    <main class="half">
      <h1 class="skip">${$}</h1>
      <div class="row half-head">
        <strong>${$}</strong>
        <${B} person=${t} />
        <span class="push"></span>
        <${O} person=${t} />
      </div>
      <${T} person=${t} ringTimeoutSecs=${e} offer=${i} />
      <${D} person=${t} line=${s} />
    </main>`}function Ie({person:t,line:e}){let s=t.sending.local?.drawnBecause??"";return f`
    <div class="under">
      <${D} person=${t} line=${e} />
      <p class="fine" id="drawn" hidden=${s===""}>${s?a("drawn",{why:a(`drawn.${s}`)}):""}</p>
      <p class="fine" hidden=${t.call?.state!=="talking"}>${a("lasting")}</p>
    </div>`}async function le(t,e){await r.logIn(t,e)&&(e||ce(r.user))}r.listen(()=>r.client===null&&!r.isLoggingIn&&r.problem===null&&ce(null));function ce(t){m.searchParams.get("user")!==t&&(t?m.searchParams.set("user",t):m.searchParams.delete("user"),history.replaceState(null,"",m))}function Oe(){let{call:t,user:e}=r;return t?.state==="talking"?`${t.user} · hookswitch`:t?k(t,!1).headline:e?`${e} · hookswitch`:a("title")}function Te(){let t=L?parent.people?.()??[]:[];return[r,...t.filter(e=>e!==r)]}function xe(t){let e=document.getElementById("peer"),s=L?t.user==="bob"?"alice":"bob":e?.value.trim()||t.others[0];s?t.dial(s):e?.focus()}ye(f`<${Ce} />`,document.body);

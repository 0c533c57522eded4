import{a as v,b as d,e as E,f as a,g as B,h as W,i as U,j as N,k as R,l as _,m as V,n as j,o as m,p as K,r as k,s as q,t as z,u as G,v as J,w as O,x as Q,y as X,z as Y}from"./chunks/WIBIBPKF.js";import{a as F,b as H}from"./chunks/ZR57732V.js";import{html as h}from"/ui/html.js";import{render as Lt}from"/vendor/preact.js";import{useCallback as Pt,useEffect as ft,useState as L}from"/vendor/hooks.js";import{connect as wt,flags as nt}from"/sdk/hookswitch.js";var g=null,Z;for(let e of["pointerdown","keydown"])addEventListener(e,tt);function tt(){g??=new AudioContext,g.resume()}function et(){it(2e3,()=>{for(let e of[0,.12,.24,.36])T(784,e,.06,.12),T(988,e+.06,.06,.12)})}function st(){it(4e3,()=>T(425,0,1,.03))}function S(){clearInterval(Z)}function it(e,t){S(),navigator.userActivation?.hasBeenActive&&tt(),t(),Z=setInterval(t,e)}function T(e,t,s,i){if(g?.state!=="running")return;let n=g.currentTime+t,o=new OscillatorNode(g,{frequency:e}),l=new GainNode(g,{gain:0});l.gain.setTargetAtTime(i,n,.008),l.gain.setTargetAtTime(0,n+s,.012),o.connect(l).connect(g.destination),o.start(n),o.stop(n+s+.1)}var y=class extends v{local=null;isAsking=!1;isMuted=!1;isCameraOff=!1;isSharing=!1;devices=[];speaker="";#s=0;#e=[];#t=null;open(t,s,i=!0){this.close();let n=++this.#s;return this.isAsking=!0,F(t,s,i).then(o=>n!==this.#s?(o.stop(),o.stream):(this.isAsking=!1,this.local=o,this.changed(),this.listDevices(),o.stream))}close(){this.#s+=1,this.local?.stop();for(let t of this.#e)t.stop();this.local=null,this.#e=[],this.#t=null,this.isAsking=this.isMuted=this.isCameraOff=this.isSharing=!1,this.changed()}toggleMicrophone(){this.isMuted=!this.isMuted,this.#n()}toggleCamera(){this.isCameraOff=!this.isCameraOff,this.#n()}#n(){for(let t of this.local?.stream.getAudioTracks()??[])t.enabled=!this.isMuted;for(let t of this.local?.stream.getVideoTracks()??[])t.enabled=!this.isCameraOff;this.changed()}async listDevices(){let t=await navigator.mediaDevices?.enumerateDevices()??[];this.devices=t.filter(({deviceId:s})=>s!==""),this.changed()}async toggleScreen(t){if(this.isSharing)return this.#a(t);let[s]=(await navigator.mediaDevices.getDisplayMedia({video:!0})).getVideoTracks(),[i]=this.local?.stream.getVideoTracks()??[];!s||!this.local||(this.#t=i??null,this.isSharing=!0,s.onended=()=>{this.#a(t)},this.#e.push(s),await this.#i(s,t))}async#a(t){if(!this.isSharing)return;this.isSharing=!1;let[s]=this.local?.stream.getVideoTracks()??[];s?.stop(),this.#t?await this.#i(this.#t,t):this.changed()}async choose(t,s,i){let n=await navigator.mediaDevices.getUserMedia({[t]:{deviceId:{exact:s}}}),[o]=n.getTracks();!o||!this.local||(t==="video"&&(this.local.drawnBecause=""),this.#e.push(o),await this.#i(o,i))}chooseSpeaker(t){this.speaker=t,this.changed()}async#i(t,s){let i=this.local?.stream;if(!i)return t.stop();let n=i.getTracks().find(l=>l.kind===t.kind);await s?.getSenders().find(l=>l.track?.kind===t.kind)?.replaceTrack(t),n&&i.removeTrack(n),i.addTrack(t),this.#n()}};var C=class extends v{sending=new y;client=null;call=null;last=null;remote=null;wechat=null;mediaState="";connectedInMs=null;isListed=!0;isLoggingIn=!1;token="";isRelayOnly=!1;problem=null;mediaProblem=null;talkingSince=0;callSince=0;ringSecs=null;lastOutageMs=null;#s=0;#e={token:""};#t=0;constructor(t){super(),this.options=t,this.sending.listen(()=>{this.sending.local&&this.wechat?.hear(this.sending.local.stream),this.changed()})}get user(){return this.client?.user??""}get isOnline(){return this.client?.state==="online"}get others(){return[...this.client?.online??[]].filter(t=>t!==this.user&&!t.startsWith("robo-")&&!m(t)).sort()}async logIn(t,s){this.isLoggingIn=!0,this.problem=null;let i=/^[\w-]+\.[\w-]+\.[\w-]+$/.test(s);this.token=i?s:"",this.changed(),this.#e=i?{token:s}:{user:t,password:s||"demo"};try{this.client=await wt({...this.#e,WebSocket:V(i?"":t)})}catch(n){return this.problem=n,!1}finally{this.isLoggingIn=!1,this.changed()}return this.#n(this.client),!0}#n(t){t.on("call",s=>this.#i(s)),t.on("presence",()=>this.changed()),t.on("state",s=>{s==="reconnecting"&&(this.#s=performance.now()),s==="online"&&this.#s&&(this.lastOutageMs=performance.now()-this.#s),s==="closed"&&(this.client=null),this.changed()}),t.on("error",s=>{t.state!=="online"&&(this.problem=s,this.#a())}),t.watch(["*"]).then(()=>this.changed(),()=>{this.isListed=!1,this.changed()})}logOut(){this.client?.logout(),this.last=null,this.#a()}#a(){this.call=null,this.#d(),S(),this.changed()}dial(t,s=null){if(!this.client||this.call||!t)return null;this.callSince=Math.min(Date.now(),performance.timeOrigin+performance.now());let i=this.client.call(t,{flags:nt.AUDIO|nt.VIDEO,...this.#c(t),...s===null?{}:{ringSecs:s}});return this.#i(i),this.ringSecs=s,i}async answer(){let t=this.call;if(t){this.#t=Date.now();try{await t.answer(this.#c(t.user??""))}catch(s){t.state!=="ended"&&(this.mediaProblem=s),this.changed()}}}decline(){this.call?.decline()}cancel(){this.call?.cancel()}hangUp(){this.call?.hangup()}dropSocket(){_.sockets.get(this.user)?.close()}get connection(){return this.call?.peerConnection??null}renewMedia(){this.call?.state==="talking"&&!m(this.call.user)&&this.call.media(this.#o())}#i(t){this.call=t,this.last=null,this.ringSecs=null,this.mediaProblem=null,this.connectedInMs=null,this.#t=0,this.callSince=t.role==="caller"&&!t.placed&&!t.restored?this.callSince:Date.now(),(t.restored||t.placed)&&!m(t.user)&&(t.role==="caller"||t.state==="talking")&&t.media(this.#o()),t.on("state",()=>this.#r(t)),t.on("error",i=>console.warn(i)),this.#r(t)}#r(t){t===this.call&&(t.state==="talking"&&(this.talkingSince||=Date.now(),this.#t||=Date.now(),m(t.user)&&!this.wechat&&this.#h(t)),t.state==="ended"&&(this.last=t,this.call=null,this.talkingSince=0,this.#d()),this.#u(),this.changed())}#u(){this.options.isSilent||this.call?.state!=="ringing"?S():this.call.role==="callee"?et():st()}#o(){return{localStream:this.sending.open(this.user,this.options.isDrawn),onRemoteStream:t=>{this.remote=t,this.changed()},onConnectionState:t=>this.#l(t),...this.isRelayOnly?{rtcConfiguration:{iceTransportPolicy:"relay"}}:{}}}#l(t){this.mediaState=t,t==="connected"&&(this.connectedInMs??=Date.now()-this.#t),this.changed()}#c(t){return m(t)?{}:{media:this.#o()}}#h(t){let s=this.sending.open(this.user,this.options.isDrawn,!1);this.wechat=new K(t.id??"",this.#e,s,i=>i===null?this.changed():this.#l(i)),this.remote=this.wechat.stream}#d(){this.wechat?.stop(),this.wechat=null,this.remote=null,this.mediaState="",this.sending.close()}};import{html as f}from"/ui/html.js";import{useEffect as vt,useState as kt}from"/vendor/hooks.js";import{html as bt}from"/ui/html.js";function M({user:e}){return bt`<span class="avatar" style=${{"--hue":String(H(e))}} aria-hidden="true">${e.slice(0,1)}</span>`}var St=["alice","bob","carol","dave"];function x({person:e}){d(e);let{call:t,last:s}=e,i=t?.state??"idle",n=t?a("callWith",{user:t.user}):s?a("lastCall",{user:s.user}):a("noCall");return f`
    <section class="card status">
      <div class="row">
        <h2>${n}</h2>
        <${yt} since=${e.talkingSince} />
        <span class="state" data-testid="state" data-state=${i} role="status">${i}</span>
      </div>
      <dl class="facts" hidden=${s===null}>
        <dt>${a("code")}</dt>
        <dd><span data-testid="error-code">${s?String(s.errorCode):""}</span> <span class="fine">${s?z(s.errorCode):""}</span></dd>
        <dt>${a("reason")}</dt>
        <dd id="reason">${s?.reason.replaceAll("_"," ")||"–"}</dd>
      </dl>
    </section>`}function yt({since:e}){let[t,s]=kt(Date.now());vt(()=>{if(!e)return;let n=setInterval(()=>s(Date.now()),500);return()=>clearInterval(n)},[e]);let i=Math.max(0,Math.floor((t-e)/1e3));return f`<span class="clock number" hidden=${!e}>${Math.floor(i/60)}:${String(i%60).padStart(2,"0")}</span>`}function at({person:e}){return d(e),f`
    <form class="card dial" onSubmit=${s=>{s.preventDefault();let i=new FormData(s.currentTarget);e.dial(String(i.get("peer")).trim())}}>
      <h2><label for="peer">${a("callSomebody")}</label></h2>
      <div class="row">
        <input data-testid="peer" id="peer" name="peer" autocomplete="off" autocapitalize="none" spellcheck=${!1} maxlength="128"
          placeholder=${e.user==="bob"?"alice":"bob"} required />
        <button class="primary" data-testid="call" id="call" disabled=${e.call!==null}>${a("call")}</button>
      </div>
    </form>`}function ot({person:e}){d(e);let{others:t}=e,s=n=>{let o=document.getElementById("peer");o&&(o.value=n),e.dial(n)},i=lt(e);return f`
    <section class="card">
      <h2>${a("onlineNow")}</h2>
      <ul class="plain people" data-testid="people">
        ${t.map(n=>f`
          <li key=${n}>
            <${M} user=${n} />
            <span>${n}</span>
            <button type="button" class="small" aria-label=${a("callUser",{user:n})} disabled=${e.call!==null} onClick=${()=>s(n)}>${a("call")}</button>
          </li>`)}
      </ul>
      ${t.length===0?f`<p class="fine">${a(e.isListed?"nobody":"notListed")}</p>`:null}
      ${i?f`<p class="fine"><a href=${ct(i)} target="_blank" rel="noopener">${a("openTab",{user:i})}</a></p>`:null}
    </section>`}function rt({person:e}){d(e);let t=lt(e),s=e.last?.reason==="offline";return!t||!s&&(e.last!==null||e.others.length>0)?null:f`<a class="pill" href=${ct(t)} target="_blank" rel="noopener">${a("openTab",{user:t})}</a>`}function lt({last:e,user:t,others:s}){return e?.reason==="offline"&&!m(e.user)?e.user:St.find(i=>i!==t&&!s.includes(i))}function ct(e){let t=new URL(location.pathname,location.href);return t.searchParams.set("user",e),new URLSearchParams(location.search).get("media")==="fake"&&t.searchParams.set("media","fake"),t.href}import{html as $}from"/ui/html.js";import{useEffect as D,useRef as dt,useState as ut}from"/vendor/hooks.js";function A({person:e,ringTimeoutSecs:t,offer:s}){d(e);let{call:i,remote:n,sending:o}=e,l=i?.state==="talking",c=i?.role==="callee"&&i.state==="ringing",u=i!==null&&i.role==="caller"&&!l,b=["stage",i?"live":"",i&&!l?"pulse":""].join(" "),$t=l&&(e.mediaState==="disconnected"||e.mediaState==="failed");return $`
    <section class=${b} aria-label=${a("stage")}>
      <${Mt} stream=${n} isQuiet=${e.options.isSilent} speaker=${o.speaker} />
      <${It} person=${e} isHidden=${l&&n!==null} ringTimeoutSecs=${t} offer=${s} />
      <span class="tag top" hidden=${!l}>${i?.user}</span>
      <p class="toast" role="status" hidden=${!$t}>${a("mediaLost")}</p>
      <${Dt} person=${e} />
      <div class="controls">
        <${Ct} person=${e} isHidden=${!l} hasPicture=${e.wechat===null} />
        <button type="button" class="round go" data-testid="answer" hidden=${!c} disabled=${c&&o.isAsking}
          onClick=${()=>e.answer()}>${a("answer")}</button>
        <button type="button" class="round stop" data-testid="decline" hidden=${!c} onClick=${()=>e.decline()}>${a("decline")}</button>
        <button type="button" class="round stop" data-testid="cancel" hidden=${!u} onClick=${()=>e.cancel()}>${a("cancel")}</button>
        <button type="button" class="round stop" data-testid="hangup" hidden=${!l} onClick=${()=>e.hangUp()}>${a("hangUp")}</button>
      </div>
    </section>`}function Ct({person:e,isHidden:t,hasPicture:s}){let{sending:i}=e,n=s&&!!navigator.mediaDevices?.getDisplayMedia,o=()=>i.toggleScreen(e.connection).catch(()=>{});return $`
    <button type="button" class="round" id="mic" aria-pressed=${i.isMuted} hidden=${t} onClick=${()=>i.toggleMicrophone()}>
      ${a(i.isMuted?"unmute":"mute")}</button>
    <button type="button" class="round" id="cam" aria-pressed=${i.isCameraOff} hidden=${t||!s} onClick=${()=>i.toggleCamera()}>
      ${a(i.isCameraOff?"cameraOn":"cameraOff")}</button>
    <button type="button" class="round" id="share" aria-pressed=${i.isSharing} hidden=${t||!n} onClick=${o}>
      ${a(i.isSharing?"shareEnd":"share")}</button>`}function Mt({stream:e,isQuiet:t,speaker:s}){let i=dt(null),[n,o]=ut(!1);return D(()=>{let c=i.current;c&&(c.srcObject=e,c.muted=t,o(!1),e&&c.play().catch(u=>{!(u instanceof DOMException)||u.name!=="NotAllowedError"||(c.muted=!0,o(!0),c.play().catch(()=>{}))}))},[e,t]),D(()=>{let c=i.current;c?.setSinkId&&(s||c.sinkId)&&c.setSinkId(s).catch(()=>{})},[s]),$`
    <video class="remote" data-testid="remote-video" id="remote-video" ref=${i} autoplay playsinline></video>
    <button type="button" class="pill sound" hidden=${!n} onClick=${()=>{i.current&&(i.current.muted=!1),o(!1)}}>${a("soundOn")}</button>`}function Dt({person:e}){let{local:t,isSharing:s}=e.sending,i=dt(null);D(()=>{i.current&&(i.current.srcObject=t?.stream??null)},[t?.stream]);let n=s||!!t?.drawnBecause;return $`
    <figure class=${`local ${n?"plain":""}`} hidden=${!t?.stream.getVideoTracks().length}>
      <video data-testid="local-video" id="local-video" ref=${i} autoplay playsinline muted></video>
      <figcaption class="tag">${a(s?"yourScreen":"you")}</figcaption>
    </figure>`}function It({person:e,isHidden:t,ringTimeoutSecs:s,offer:i}){let{call:n,last:o,sending:l}=e,{headline:c,advice:u}=n?k(n,l.isAsking):o?q(o):Tt(e),b=n?.state==="ringing";return $`
    <div class="curtain" hidden=${t}>
      <span class="portrait">
        <${M} user=${(n??o)?.user??e.user} />
        ${b?$`<${Ot} since=${e.callSince} seconds=${e.ringSecs??s} />`:null}
      </span>
      <p class="headline">${c}</p>
      <p class="fine">${n&&e.mediaProblem?G(e.mediaProblem):u}</p>
      ${n?null:i}
    </div>`}function Ot({since:e,seconds:t}){let[s,i]=ut(Date.now());D(()=>{let o=setInterval(()=>i(Date.now()),250);return()=>clearInterval(o)},[]);let n=Math.max(0,t-(s-e)/1e3);return $`
    <svg class="countdown" viewBox="0 0 40 40" aria-hidden="true">
      <circle cx="20" cy="20" r="18.5" />
      <circle class="left" cx="20" cy="20" r="18.5" pathLength="100" stroke-dasharray=${`${n/t*100} 100`} />
    </svg>
    <span class="seconds" title=${a("ringsFor",{seconds:t})}>${Math.ceil(n)} s</span>`}function Tt({others:e,isListed:t}){let s=e[0]?a("callOrWait",{user:e[0]}):a(t?"firstHere":"byName");return{headline:a("nobodyOnLine"),advice:s}}import{html as I}from"/ui/html.js";var xt=["answer","refuse","busy","silent","crash-talk"],At=2;function ht({person:e}){return d(e),I`
    <section class="card" data-testid="wechat">
      <h2>${a("wechat")}</h2>
      <div class="row">
        ${xt.map(t=>I`
          <button type="button" key=${t} class=${t==="answer"?"small primary":"small"} data-testid=${`wechat-${t}`} disabled=${e.call!==null}
            onClick=${()=>e.dial(`wechat:dev:${t}`,t==="silent"?At:null)}>${B(`wechat.${t}`)}</button>`)}
      </div>
      <p class="fine">${a("wechatHint")}</p>
    </section>`}function mt({person:e}){let{wechat:t}=d(e);return t?I`
    <p class="chip summary" data-testid="wechat-counters">${a("wechatCounters",t.counters)}</p>
    ${t.isBlind?I`<p class="notice warn" data-testid="wechat-blind">${a(t.isDeaf?"wechatDeaf":"wechatBlind")}</p>`:null}`:null}var p=new URL(location.href),P=p.searchParams.get("in")==="two",w=p.searchParams.get("user")??"",r=new C({isDrawn:p.searchParams.get("media")==="fake",isSilent:p.searchParams.has("quiet")});Object.assign(window,{person:r});function Et(){d(E),d(r);let[e,t]=L(60),[s,i]=L(location.pathname==="/"),[n,o]=L(!1),l=J(r);ft(()=>{j.then(b=>{t(b.ring_timeout_secs),i(b.development)}),w&&pt(w,"")},[]),ft(()=>{document.title=Ut()}),N(Nt,Rt,Pt(()=>o(!0),[]));let c=r.client===null,u={person:r,ringTimeoutSecs:e};return P?h`<${Bt} ...${u} line=${l} />`:h`
    <a class="skip" href="#main">${a("skip")}</a>
    <${W} person=${r} onHelp=${()=>o(!0)} />
    <${Y} />
    <${X} person=${r} isDevelopment=${s} isHidden=${!c||w!==""&&r.isLoggingIn} onLogin=${pt} initialUser=${w} />
    <main id="main" class="call-view" hidden=${c}>
      <div class="scene">
        <${A} ...${u} offer=${h`<${rt} person=${r} />`} />
        <${Wt} person=${r} line=${l} />
      </div>
      <aside class="side">
        <${x} person=${r} />
        <${at} person=${r} />
        ${s?h`<${ht} person=${r} />`:null}
        <${ot} person=${r} />
      </aside>
      <div class="below">${c?null:h`<${Q} person=${r} peer=${null} line=${l} hasFlow=${!0} />`}</div>
    </main>
    <${R} isOpen=${n} onClose=${()=>o(!1)} />`}function Bt({person:e,ringTimeoutSecs:t,line:s}){let i=w==="bob"?"alice":"bob",n=h`
    <button type="button" class="pill go" disabled=${!e.isOnline} onClick=${()=>e.dial(i)}>${a("callUser",{user:i})}</button>`;return h`
    <main class="half">
      <h1 class="skip">${w}</h1>
      <div class="row half-head">
        <strong>${w}</strong>
        <${U} person=${e} />
        <span class="push"></span>
        <${x} person=${e} />
      </div>
      <${A} person=${e} ringTimeoutSecs=${t} offer=${n} />
      <${O} person=${e} line=${s} />
    </main>`}function Wt({person:e,line:t}){let s=e.sending.local?.drawnBecause??"";return h`
    <div class="under">
      <${O} person=${e} line=${t} />
      <${mt} person=${e} />
      <p class="fine" id="drawn" hidden=${s===""}>${s?a("drawn",{why:a(`drawn.${s}`)}):""}</p>
      <p class="fine" hidden=${e.call?.state!=="talking"||e.wechat!==null}>${a("lasting")}</p>
    </div>`}async function pt(e,t){await r.logIn(e,t)&&(t||gt(r.user))}r.listen(()=>r.client===null&&!r.isLoggingIn&&r.problem===null&&gt(null));function gt(e){p.searchParams.get("user")!==e&&(e?p.searchParams.set("user",e):p.searchParams.delete("user"),history.replaceState(null,"",p))}function Ut(){let{call:e,user:t}=r;return e?.state==="talking"?`${e.user} · hookswitch`:e?k(e,!1).headline:t?`${t} · hookswitch`:a("title")}function Nt(){let e=P?parent.people?.()??[]:[];return[r,...e.filter(t=>t!==r)]}function Rt(e){let t=document.getElementById("peer"),s=P?e.user==="bob"?"alice":"bob":t?.value.trim()||e.others[0];s?e.dial(s):t?.focus()}Lt(h`<${Et} />`,document.body);

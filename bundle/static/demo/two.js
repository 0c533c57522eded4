import{b as c,c as u,d,e as b,f as s,h,j as w,k as y,q as g,v as k,x as P,z as H}from"./chunks/WIBIBPKF.js";import"./chunks/ZR57732V.js";import{html as t}from"/ui/html.js";import{render as R}from"/vendor/preact.js";import{useCallback as U,useMemo as j,useState as m}from"/vendor/hooks.js";var M=["alice","bob"],p=new Map;Object.assign(window,{people:f});function q(){c(b);let[e,a]=m([]),[o,C]=m(u("camera")==="yes"),[v,n]=m(!1),L=j(()=>new URLSearchParams(location.search).get("media")==="fake",[]);w(f,B,U(()=>n(!0),[]));let O=r=>{let{name:S,contentWindow:F}=r.currentTarget,$=F?.person;$&&(p.set(S,$),a(f()))},K=()=>{p.clear(),a([]),C(!o),d("camera",o?"no":"yes")},[i,l]=e;return t`
    <a class="skip" href="#flow">${s("skip")}</a>
    <${h} onHelp=${()=>n(!0)} />
    <${H} />
    <main class="two">
      <div class="halves">
        ${M.map(r=>t`
          <iframe key=${`${r} ${o}`} name=${r} title=${s("frameOf",{user:r})} src=${A(r,o&&!L)} onLoad=${O}
            allow="camera; microphone; display-capture; autoplay; clipboard-write"></iframe>`)}
      </div>
      <p class="row fine two-note">
        <span>${s("twoHint")}</span>
        <label class="inline push"><input type="checkbox" checked=${o} onChange=${K} /> ${s("useCamera")}</label>
      </p>
      <section class="card" id="flow"><h2>${s("tab.flow")}</h2>${i&&l?t`<${g} people=${e} />`:null}</section>
      ${i&&l?t`<${x} person=${i} peer=${l} />`:null}
    </main>
    <${y} isOpen=${v} onClose=${()=>n(!1)} />`}function x({person:e,peer:a}){let o=k(e);return c(e),t`<${P} person=${e} peer=${a} line=${o} hasFlow=${!1} />`}function A(e,a){let o=new URL("/demo/",location.href);return o.searchParams.set("user",e),o.searchParams.set("in","two"),(!a||e!=="alice")&&o.searchParams.set("media","fake"),a&&e!=="alice"&&o.searchParams.set("quiet","1"),o.href}function f(){return M.flatMap(e=>p.get(e)??[])}function B(e){e.dial(e.user==="bob"?"alice":"bob")}R(t`<${q} />`,document.body);

var sa=Object.defineProperty;var b=(e,t,s)=>()=>{if(s)throw s[0];try{return e&&(t=e(e=0)),t}catch(n){throw s=[n],n}};var re=(e,t)=>{for(var s in t)sa(e,s,{get:t[s],enumerable:!0})};import{useEffect as na,useState as oa}from"/vendor/hooks.js";function je(e,t){let s=`hookswitch.console.${e}`,n=new Y(t);try{let o=localStorage.getItem(s);o!==null&&n.set(JSON.parse(o))}catch{}return n.listen(o=>{try{localStorage.setItem(s,JSON.stringify(o))}catch{}}),n}function N(e){let[t,s]=oa(e.value);return na(()=>(s(e.value),e.listen(s)),[e]),t}function qs(e){e==="system"?delete document.documentElement.dataset.theme:document.documentElement.dataset.theme=e}function Bs(e,t){let s=new Date(e);return Number.isNaN(s.getTime())?"":(t?s:new Date(s.getTime()-s.getTimezoneOffset()*6e4)).toISOString().slice(0,19)}function Ws(e,t){let s=new Date(t?`${e}Z`:e);return Number.isNaN(s.getTime())?"":s.toISOString()}var Y,Qe,Z,Q=b(()=>{Y=class{#e;#t=new Set;constructor(t){this.#e=t}get value(){return this.#e}set(t){if(!Object.is(t,this.#e)){this.#e=t;for(let s of[...this.#t])s(t)}}listen(t){return this.#t.add(t),()=>this.#t.delete(t)}};Qe=je("theme","system"),Z=je("utc",!1);qs(Qe.value);Qe.listen(qs)});function A(e){return q.value!==null&&Ks.indexOf(q.value.scope)>=Ks.indexOf(e)}function et(e,t={}){let s=new URL(e.startsWith("/api/")||!e.startsWith("/")?e:`/api/v1${e}`,location.origin);for(let[n,o]of Object.entries(t))o!=null&&o!==""&&s.searchParams.set(n,String(o));return s}async function tt(e,t,{params:s,body:n,signal:o,headers:i={}}={}){let a=sessionStorage.getItem(He),l={method:e,signal:o,headers:{accept:"application/json",...i}};a&&(l.headers.authorization=`Bearer ${a}`),n!==void 0&&(l.body=typeof n=="string"?n:JSON.stringify(n),l.headers["content-type"]??="application/json");let c;try{c=await fetch(et(t,s),l)}catch(d){throw o?.aborted?d:new bt(0,{title:"The server cannot be reached."})}return c.status===401&&a&&q.value&&ts("The server no longer takes this key. Sign in again."),c}async function gt(e,t,s){let{status:n,body:o}=await h.request(e,t,s);if(n>=400)throw new bt(n,typeof o=="object"?o:null);return o}async function de(e,t,s=()=>!0){let n=[],o;do{let i=await h.get(e,{...t,limit:500,cursor:o});if(n.push(...i.items),o=i.next_cursor,s(n.length)===!1)break}while(o);return n}async function es(e){sessionStorage.setItem(He,e);try{q.set(await h.get("/me")),Xe.set("")}catch(t){throw sessionStorage.removeItem(He),t}}async function Js(){let e=sessionStorage.getItem(He);if(e)try{await es(e)}catch(t){Xe.set(t.status===401?"The server no longer takes this key. Sign in again.":t.message),t.status!==401&&sessionStorage.setItem(He,e)}}function ts(e=""){sessionStorage.removeItem(He),Xe.set(e),q.set(null)}function yt(e,t,{params:s,body:n}={}){let o=a=>`'${a.replaceAll("'","'\\''")}'`,i=["curl -sS"];return e!=="GET"&&i.push(`-X ${e}`),i.push(o(et(t,s).href),'-H "Authorization: Bearer $HOOKSWITCH_API_KEY"'),n!==void 0&&n!==""&&i.push("-H 'Content-Type: application/json'",`-d ${o(typeof n=="string"?n:JSON.stringify(n))}`),i.join(` \\
  `)}var He,Ks,bt,q,Xe,h,_=b(()=>{Q();He="hookswitch.console.key",Ks=["read","control","admin"],bt=class extends Error{constructor(t,s){super(s?.detail||s?.title||`the server answered ${t}`),this.name="ApiError",this.status=t,this.problem=s??null}get fields(){return(this.problem?.errors??[]).map(({pointer:t,parameter:s,detail:n})=>`${t??s}: ${n}`)}},q=new Y(null),Xe=new Y("");h={get scope(){return q.value?.scope??null},async request(e,t,s={}){let n=performance.now(),o=await tt(e,t,s),i=await o.text(),a=performance.now()-n,l=i;if(/json/.test(o.headers.get("content-type")??""))try{l=i===""?null:JSON.parse(i)}catch{}return{status:o.status,headers:Object.fromEntries(o.headers),body:l,ms:a}},get:(e,t,s)=>gt("GET",e,{...s,params:t}),post:(e,t,s)=>gt("POST",e,{body:t,params:s}),put:(e,t,s)=>gt("PUT",e,{body:t,params:s}),del:(e,t)=>gt("DELETE",e,{params:t})}});import{useCallback as Gs,useEffect as ot,useRef as Ae,useState as Ys}from"/vendor/hooks.js";async function aa(e,t){let s=e.body.pipeThrough(new TextDecoderStream).getReader(),n="";for(;;){let{done:o,value:i}=await s.read();if(o)return;n+=i;let a=n.split(`

`);n=a.pop();for(let l of a){let c={};for(let d of l.split(`
`)){let u=d.indexOf(":");u>0&&(c[d.slice(0,u)]=d.slice(u+1).replace(/^ /,""))}c.data!==void 0&&t({id:c.id,event:c.event??"message",data:JSON.parse(c.data)})}}}function la(e){nt.unshift(e),nt.length=Math.min(nt.length,ia);for(let t of[...ss])t(e)}function Zs(){let e=()=>{q.value&&!st?st=new vt({path:"/events",resumeWith:"last_event_id",take:la,tell:t=>ns.set(t)}):!q.value&&st&&(st.close(),st=null)};return e(),q.listen(e)}function z(e){let t=Ae(e);t.current=e,ot(()=>{let s=n=>t.current(n);return ss.add(s),()=>ss.delete(s)},[])}function wt(e,t){let[s,n]=Ys("reconnecting"),o=Ae(t);o.current=t;let i=e===null?null:JSON.stringify(e);return ot(()=>{if(i===null)return;let a=({event:c,data:d})=>c==="trace"&&o.current(d),l=new vt({path:"/trace/live",params:JSON.parse(i),resumeWith:"after",take:a,tell:n});return()=>l.close()},[i]),s}function k(e,t){let[s,n]=Ys({data:void 0,error:null,isLoading:!0}),o=Ae(e);o.current=e;let i=Ae(0),a=Gs(async()=>{let l=++i.current;n(c=>({...c,isLoading:!0}));try{let c=await o.current();l===i.current&&n({data:c,error:null,isLoading:!1})}catch(c){l===i.current&&n(d=>({...d,error:c,isLoading:!1}))}},[]);return ot(()=>(a(),()=>{i.current+=1}),t),{...s,reload:a}}function X(e,t){let s=Ae(t);s.current=t;let n=N(me);ot(()=>{if(n)return;let o=()=>!document.hidden&&s.current(),i=setInterval(o,e);return document.addEventListener("visibilitychange",o),()=>{clearInterval(i),document.removeEventListener("visibilitychange",o)}},[e,n])}function ue(e,t=250){let s=Ae(e);s.current=e;let n=Ae(null);return ot(()=>()=>clearTimeout(n.current),[]),Gs(()=>{n.current??=setTimeout(()=>{n.current=null,s.current()},t)},[t])}var Vs,ra,me,ns,zs,vt,ia,ss,st,nt,B=b(()=>{_();Q();Vs=500,ra=8e3,me=new Y(!1),ns=new Y("reconnecting");zs=()=>me.value||document.hidden||q.value===null,vt=class{#e;#t;#c;#a;#s;#o;#n=null;#d=!1;#u=!1;#r=Vs;#i;#p=[];constructor({path:t,params:s={},resumeWith:n,take:o,tell:i=()=>{}}){this.#e=t,this.#t=s,this.#c=n,this.#a=o,this.#s=i;let a=()=>this.#l();document.addEventListener("visibilitychange",a),this.#p=[()=>document.removeEventListener("visibilitychange",a),me.listen(a),q.listen(a)],this.#l()}close(){this.#d=!0;for(let t of this.#p)t();clearTimeout(this.#i),this.#n?.abort()}#l(){clearTimeout(this.#i),zs()?(this.#s("paused"),this.#n?.abort()):this.#n||this.#$()}async#$(){this.#s("reconnecting");let t=new AbortController;this.#n=t;try{let s={...this.#t,...this.#o===void 0?{}:{[this.#c]:this.#o}},n=await tt("GET",this.#e,{params:s,signal:t.signal,headers:{accept:"text/event-stream"}});n.ok&&(this.#s("live"),this.#u&&this.#o===void 0&&this.#a({event:"gap",data:{type:"gap"}}),this.#u=!0,this.#r=Vs,await aa(n,o=>{o.id!==void 0&&(this.#o=o.id),t.signal.aborted||this.#a(o)}))}catch{}if(this.#n=null,!this.#d){if(zs())return this.#s("paused");this.#s("reconnecting"),this.#i=setTimeout(()=>this.#l(),t.signal.aborted?0:this.#r),this.#r=Math.min(this.#r*2,ra)}}},ia=60,ss=new Set,st=null,nt=[]});import{describeCode as ca}from"/sdk/hookswitch.js";function g(e){if(e==null)return"–";if(e<10&&e%1!==0)return`${e.toFixed(1)} ms`;if(e<be)return`${Math.round(e)} ms`;if(e<10*be)return`${(e/be).toFixed(1)} s`;if(e<qe)return`${Math.round(e/be)} s`;let t=(s,n,o,i)=>{let a=Math.floor(e/s),l=Math.floor(e%s/o);return l?`${a} ${n} ${l} ${i}`:`${a} ${n}`};return e<Be?t(qe,"min",be,"s"):e<kt?t(Be,"h",qe,"min"):t(kt,"d",Be,"h")}function Qs(e){let t=Math.max(0,Math.floor(e/be)),s=a=>String(a).padStart(2,"0"),[n,o,i]=[Math.floor(t/3600),Math.floor(t/60)%60,t%60];return n?`${n}:${s(o)}:${s(i)}`:`${s(o)}:${s(i)}`}function Ne(e){if(e==null)return"–";let t=["bytes","KiB","MiB","GiB","TiB"],s=e,n=0;for(;s>=1024&&n<t.length-1;)s/=1024,n+=1;return`${n===0||s>=100?Math.round(s):s.toFixed(1)} ${t[n]}`}function St(e,t=Date.now()){let s=t-Date.parse(e);return s<5*be?"just now":s<qe?`${Math.floor(s/be)} s ago`:s<Be?`${Math.floor(s/qe)} min ago`:s<kt?`${Math.floor(s/Be)} h ago`:`${Math.floor(s/kt)} d ago`}function ne(e,{isUtc:t=!1,precise:s=!1}={}){let n=new Date(e);if(Number.isNaN(n.getTime()))return"–";let o=l=>t?n[`getUTC${l}`]():n[`get${l}`](),i=`${o("FullYear")}-${Fe(o("Month")+1)}-${Fe(o("Date"))}`,a=`${Fe(o("Hours"))}:${Fe(o("Minutes"))}:${Fe(o("Seconds"))}`;return`${i} ${a}${s?`.${Fe(o("Milliseconds"),3)}`:""}${t?"Z":""}`}function H(e){return e==null?"–":`${e} ${ca(e)}`}function We(e){let t=[e&1&&"audio",e&2&&"video"].filter(Boolean).join(" and "),s=e&-4;return[t||"no media",s?`bits 0x${s.toString(16)}`:""].filter(Boolean).join(", ")}function Ie(e,t){return t==="caller"||t==="callee"?e[t]:da[t]??"Somebody"}function xe(e){return e.started_at?Date.parse(e.started_at)-Date.parse(e.requested_at):null}function ua(e){return(e.veto??[]).find(({error_code:t,verdict:s})=>t!==0||s==="refuse")??null}function pa(e){let t=ua(e);if(!t)return"A hook refused it before it rang";let s=t.message?`: “${t.message}”`:"";return t.policy==="refuse"?`The hook ${t.hook} gave no verdict (${t.verdict}), and its policy is to refuse${s}`:`The hook ${t.hook} refused it after ${g(t.ms)}${s}`}function Ce(e){if(e.state==="requested")return`${e.caller} is calling ${e.callee}; it does not ring yet.`;if(e.state==="ringing")return`${e.callee} is being rung by ${e.caller}.`;if(e.state==="talking")return`${e.caller} and ${e.callee} are talking.`;let t=($a[e.reason]??(()=>`It ended with ${e.reason}`))(e),s=e.talk_ms?`, after they had talked for ${g(e.talk_ms)}`:"";return`${t}${s} (${H(e.error_code)}).`}var be,qe,Be,kt,O,S,Xs,Fe,da,$a,ye,xt,en,tn,D=b(()=>{be=1e3,qe=60*be,Be=60*qe,kt=24*Be;O=e=>e==null?"–":e.toLocaleString("en"),S=(e,t,s=`${t}s`)=>`${O(e)} ${e===1?t:s}`,Xs=(e,t)=>t?`${Math.round(100*e/t)} %`:"–";Fe=(e,t=2)=>String(e).padStart(t,"0");da={business:"The business server",hook:"A hook",server:"The server"};$a={cancelled:e=>`${e.caller} gave up${e.ring_ms?` after it had rung for ${g(e.ring_ms)}`:" before it rang"}`,offline:e=>`${e.callee} was offline: no device to ring`,busy:e=>`${e.callee} was in another call`,refused:e=>`${e.callee} declined${e.ring_ms===null?"":` after ${g(e.ring_ms)}`}`,timeout:e=>`${e.callee} did not answer within ${g(e.ring_ms)}`,disconnected:e=>`${e.ended_by==="caller"||e.ended_by==="callee"?`The line of ${e[e.ended_by]}`:"A line"} was lost for longer than the grace period`,hangup:e=>`${Ie(e,e.ended_by)} hung up`,vetoed:pa,forced:e=>`${Ie(e,e.ended_by)} ended it over the API`,max_duration:()=>"It reached the longest time a call may take",drained:()=>"The server was stopping and ended it",restarted:e=>`The server was restarted ${e.started_at?"and a party did not come back":"while it rang"}`,media_failed:()=>"The media could not be set up"};ye={requested:"info",ringing:"warn",talking:"good",ended:"",hangup:"good",cancelled:"warn",offline:"warn",busy:"warn",refused:"warn",timeout:"warn",disconnected:"bad",vetoed:"bad",forced:"bad",drained:"bad",max_duration:"warn",restarted:"bad",media_failed:"bad",allow:"good",refuse:"bad",error:"bad",overflow:"bad",pending:"warn",delivered:"good",dead:"bad"},xt=["hangup","cancelled","refused","timeout","busy","offline","vetoed","disconnected","forced","max_duration","media_failed","drained","restarted"],en=["requested","ringing","talking","ended"],tn=["native","verto"]});import{h as sn}from"/vendor/preact.js";function pe({name:e,size:t=18}){return sn("svg",{viewBox:"0 0 24 24",width:t,height:t,"aria-hidden":"true",class:"icon",...{fill:"none",stroke:"currentColor","stroke-width":1.8,"stroke-linecap":"round","stroke-linejoin":"round"}},sn("path",{d:fa[e]}))}var fa,nn=b(()=>{fa={overview:"M4 13h6V4H4zM14 20h6V4h-6zM4 20h6v-3H4z",calls:"M6.5 4h3l1.5 4.5-2 1.500a11 11 0 0 0 5 5l1.5-2 4.5 1.500v3a2 2 0 0 1-2 2A15.5 15.5 0 0 1 4.5 6a2 2 0 0 1 2-2z",users:"M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM2.5 20a6.5 6.5 0 0 1 13 0M16 4.300a3.5 3.5 0 0 1 0 6.400M18 14.500a6.5 6.5 0 0 1 3.5 5.5",webhooks:"M9 8.500a3.5 3.5 0 1 1 5.5 2.900l2.5 4.600M12 8.5 8.5 15M6 14a3.5 3.5 0 1 0 3.5 4h8",deliveries:"M3 6h18v12H3zM3 7l9 6.500L21 7",try:"m5 7 5 5-5 5M12 18h7",trace:"M3 12h4l2.5-7 5 14L17 12h4",config:"M4 7h9M17 7h3M4 17h3M11 17h9M15 9.500v-5M9 19.500v-5",keys:"M15 9a5 5 0 1 1-4.6 3L4 18.500V21h3v-2h2v-2h2l1.4-1.400M16.5 7.5h.01",health:"M20 12h-4l-2 5-4-10-2 5H4",menu:"M4 6h16M4 12h16M4 18h16",search:"M10.5 17a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13zM15.5 15.5 21 21",light:"M12 16.500a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9zM12 2v2M12 20v2M2 12h2M20 12h2M5 5l1.4 1.400M17.6 17.6 19 19M5 19l1.4-1.400M17.6 6.4 19 5",dark:"M20 14.500A8.5 8.5 0 0 1 9.5 4 8.5 8.5 0 1 0 20 14.500z",system:"M3 5h18v11H3zM9 20h6M12 16v4",help:"M9.5 9.500a2.5 2.5 0 1 1 3.5 2.300c-.7.4-1 .9-1 1.700M12 17h.01M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18z",pause:"M9 6v12M15 6v12",play:"M8 5.500v13l10-6.500z",close:"M6 6l12 12M18 6 6 18",check:"m5 12.5 4.5 4.5L19 7.5",copy:"M9 9h11v11H9zM5 15H4V4h11v1",docs:"M5 4h10l4 4v12H5zM14 4v5h5M8.5 13h7M8.5 16.500h7",out:"M14 4H5v16h9M10 12h11M17.5 8.5 21 12l-3.5 3.5"}});function rt(e){let[t,s=""]=e.replace(/^#/,"").split("?");return{path:t.replace(/\/+$/,"")||"/",query:Object.fromEntries(new URLSearchParams(s))}}function I(e,t={}){let s=Object.entries(t).filter(([,o])=>o!=null&&o!==""),n=new URLSearchParams(s.map(([o,i])=>[o,String(i)])).toString();return`#${e}${n?`?${n}`:""}`}function G(e,t,{replace:s=!1}={}){let n=I(e,t);if(n!==location.hash){if(!s){location.hash=n;return}history.replaceState(null,"",n),dispatchEvent(new HashChangeEvent("hashchange"))}}function on(e,t){let s=t.split("/").filter(Boolean);for(let n of e){let o=n.path.split("/");if(o.length!==s.length)continue;let i={};if(o.every((l,c)=>l.startsWith(":")?(i[l.slice(1)]=decodeURIComponent(s[c]),!0):l===s[c]))return{screen:n,params:i}}return null}var ee,Ke,J=b(()=>{ee=e=>I(`/calls/${encodeURIComponent(e)}`),Ke=e=>I(`/users/${encodeURIComponent(e)}`)});import{html as Ct}from"/ui/html.js";import{useEffect as ha,useRef as ma,useState as ga}from"/vendor/hooks.js";function ae({title:e,onClose:t,children:s,testid:n,wide:o=!1}){let i=ma(null);return ha(()=>{let c=document.activeElement;return i.current.showModal(),()=>c?.isConnected&&c.focus()},[]),Ct`<dialog ref=${i} class=${o?"wide":""} aria-label=${e} data-testid=${n} onMouseDown=${c=>c.target===i.current&&t()} onCancel=${c=>{c.preventDefault(),t()}}>
    <div class="stack"><h2>${e}</h2>${s}</div>
  </dialog>`}function rn({title:e,body:t,action:s="Yes",danger:n=!0,onYes:o,onNo:i}){let[a,l]=ga(!1),c=()=>{l(!0),o()};return Ct`<${ae} title=${e} onClose=${i} testid="confirm-dialog">
    ${t&&Ct`<p>${t}</p>`}
    <div class="row">
      <button type="button" class="push" onClick=${i} autofocus>Cancel</button>
      <button type="button" class=${n?"danger sure":"primary"} disabled=${a} onClick=${c} data-testid="confirm">${s}</button>
    </div>
  <//>`}function te(e){return new Promise(t=>os.set({...e,resolve:t}))}function rs(){let e=N(os);if(!e)return null;let t=s=>()=>{os.set(null),e.resolve(s)};return Ct`<${rn} key=${e.title} ...${e} onYes=${t(!0)} onNo=${t(!1)} />`}var os,an=b(()=>{Q();os=new Y(null)});import{html as Re}from"/ui/html.js";import{useEffect as ba,useState as ln}from"/vendor/hooks.js";function va(e){let t=[...e.currentTarget.parentElement.children],s=t.indexOf(e.currentTarget),n={ArrowDown:s+1,ArrowUp:s-1,Home:0,End:t.length-1}[e.key];n===void 0||!t[n]||(e.preventDefault(),t[n].focus())}function U({columns:e,rows:t,rowKey:s,open:n,rowClass:o=()=>"",caption:i,testid:a,rowTestid:l,expanded:c=()=>null}){let d=$=>f=>{!f.target.closest(ya)&&String(getSelection())===""&&n($)},u=$=>f=>{f.target===f.currentTarget&&(f.key==="Enter"?n?.($):va(f))};return Re`<div class="scroll"><table data-testid=${a}>
    <caption class="unseen">${i}</caption>
    <thead><tr>${e.map(({key:$,title:f,number:p})=>Re`<th key=${$} scope="col" class=${p?"number":""}>${f}</th>`)}</tr></thead>
    <tbody>${t.map($=>{let f=c($),p=s($);return[Re`<tr key=${p} data-testid=${l} data-id=${p} class=${`${n?"open":""} ${o($)}`} tabindex="0"
          onClick=${n&&d($)} onKeyDown=${u($)}>
          ${e.map(({key:m,render:E,number:M,className:v=""})=>Re`<td key=${m} class=${`${M?"number":""} ${v}`}>${E($)}</td>`)}
        </tr>`,f&&Re`<tr key=${`${p}-below`} class="below"><td colspan=${e.length}>${f}</td></tr>`]})}</tbody>
  </table></div>`}function as(e,t,s){let[n]=ln(()=>je(`columns.${e}`,s)),[o,i]=ln(n.value);ba(()=>n.listen(i),[n]);let a=c=>n.set(t.map(d=>d.key).filter(d=>d===c!==o.includes(d))),l=Re`<details class="picker">
    <summary class="button small">Columns</summary>
    <div class="card">${t.map(({key:c,title:d})=>Re`<label class="inline" key=${c}>
      <input type="checkbox" checked=${o.includes(c)} disabled=${o.length===1&&o.includes(c)} onChange=${()=>a(c)} />${d}
    </label>`)}</div>
  </details>`;return[t.filter(({key:c})=>o.includes(c)),l]}var ya,cn=b(()=>{Q();ya="a, button, input, select, label, summary"});import{html as r}from"/ui/html.js";import{useEffect as _t,useId as wa,useRef as dn,useState as Tt}from"/vendor/hooks.js";function y({word:e,tone:t=ye[e]??"",title:s,children:n}){return r`<span class=${`chip ${t}`} title=${s}>${n??e}</span>`}function Le({call:e}){let{state:t,reason:s,error_code:n}=e;return t==="ended"?r`<${y} word=${s} title=${H(n)}>${n} ${s.replaceAll("_"," ")}<//>`:r`<${y} word=${t}><span class=${`dot live ${ye[t]}`}></span>${t}<//>`}function un({value:e}){return r`<span class="code">${H(e)}</span>`}function T({at:e,precise:t=!1,relative:s=!1,short:n=!1}){let o=N(Z);if(!e)return r`<span class="fine">–</span>`;let i=ne(e,{isUtc:!o,precise:!0}),a=ne(e,{isUtc:o,precise:t||s});if(s)return r`<time datetime=${e} title=${`${a} (${i})`}>${St(e)}</time>`;let l=ne(Date.now(),{isUtc:o}).slice(0,11);return r`<time datetime=${e} title=${i}>${n&&a.startsWith(l)?a.slice(11):a}</time>`}function ge({since:e,until:t}){let[,s]=Tt(0);return _t(()=>{if(t)return;let n=setInterval(()=>s(o=>o+1),1e3);return()=>clearInterval(n)},[t]),r`<span class="number">${Qs((t?Date.parse(t):Date.now())-Date.parse(e))}</span>`}function W({name:e}){return r`<a href=${Ke(e)} class="user">${e}</a>`}function oe({id:e,children:t}){return r`<a href=${ee(e)} class="mono" title=${e}>${t??`…${e.slice(-12)}`}</a>`}function F({text:e,label:t="Copy",bare:s=!1,testid:n}){let[o,i]=Tt(!1);_t(()=>{if(!o)return;let c=setTimeout(()=>i(!1),1500);return()=>clearTimeout(c)},[o]);let a=async()=>{try{await navigator.clipboard.writeText(typeof e=="function"?await e():e),i(!0)}catch{fe("The browser did not let the page copy.","bad")}},l=o?"Copied":t;return r`<button type="button" class=${`small ${s?"quiet bare":""}`} onClick=${a} data-testid=${n} title=${s?l:void 0}>
    <${pe} name=${o?"check":"copy"} size=${15} /><span class=${s?"unseen":""} aria-live="polite">${l}</span>
  </button>`}function P({method:e="GET",path:t,params:s,body:n,label:o="Copy as curl"}){return r`<${F} label=${o} text=${()=>yt(e,t,{params:s,body:n})} />`}function R({title:e,children:t}){return r`<div class="empty"><strong>${e}</strong>${t}</div>`}function Je({text:e}){return e.split("`").map((t,s)=>s%2===1?r`<code>${t}</code>`:t)}function x({error:e,retry:t}){return e?r`<div class="notice bad row" role="alert">
    <span>${e.message}${(e.fields??[]).map(s=>r`<br />${s}`)}</span>
    ${t&&r`<button type="button" class="small push" onClick=${t}>Try again</button>`}
  </div>`:null}function V({label:e,hint:t,children:s}){return r`<label>${e}${s}${t&&r`<span class="fine">${t}</span>`}</label>`}function _e({cursor:e="",next:t,setQuery:s,shown:n,first:o="Newest",before:i="Newer",after:a="Older"}){let l=dn([]),c=u=>s({cursor:u},{replace:!1}),d=()=>{l.current.push(e),c(t)};return r`<nav class="row pager" aria-label="Pages">
    <button type="button" class="small" disabled=${!e} onClick=${()=>c("")}>${o}</button>
    <button type="button" class="small" disabled=${!e||l.current.length===0} onClick=${()=>c(l.current.pop())}>${i}</button>
    <button type="button" class="small" disabled=${!t} onClick=${d} data-testid="older">${a}</button>
    ${n!==void 0&&r`<span class="fine">${n}</span>`}
  </nav>`}function Sa({field:e,value:t,set:s}){let[n,o]=Tt(t),i=dn();_t(()=>o(t),[t]),_t(()=>()=>clearTimeout(i.current),[]);let a=({target:l})=>{o(l.value),clearTimeout(i.current),i.current=setTimeout(()=>s(l.value.trim()),300)};return r`<input type=${e.type??"text"} step=${e.type==="datetime-local"?1:void 0} value=${n}
    placeholder=${e.placeholder??""} onInput=${a} autocomplete="off" spellcheck=${!1} data-testid=${`filter-${e.name}`} />`}function $e({fields:e,query:t,setQuery:s,children:n}){let[o,i]=Tt(()=>!matchMedia(ka).matches),a=(d,u)=>s({[d]:u,cursor:""}),l=e.filter(({name:d})=>t[d]),c=()=>s(Object.fromEntries([...l.map(({name:d})=>[d,""]),["cursor",""]]));return r`<form class="filters" role="search" aria-label="Filters" onSubmit=${d=>d.preventDefault()}>
    <button type="button" class="small narrow-only" aria-expanded=${String(o)} onClick=${()=>i(!o)}>Filters</button>
    ${o&&r`<div class="filter-fields">${e.map(d=>r`<${xa} key=${d.name} field=${d} query=${t} set=${a} />`)}${n}</div>`}
    ${l.length>0&&r`<div class="row" data-testid="active-filters">
      ${l.map(({name:d,label:u,show:$=f=>f})=>r`<button type="button" class="chip info" key=${d} title="Take this filter away"
        onClick=${()=>a(d,"")}>${u.toLowerCase()}: ${$(t[d])} <${pe} name="close" size=${13} /></button>`)}
      <button type="button" class="quiet small" onClick=${c}>Clear all</button>
    </div>`}
  </form>`}function xa({field:e,query:t,set:s}){let{name:n,label:o,options:i,show:a=d=>d,read:l=d=>d}=e,c=t[n]??"";return r`<label class="fine">${o}
    ${i?r`<select value=${c} onChange=${({target:d})=>s(n,d.value)} data-testid=${`filter-${n}`}>
          <option value="">any</option>
          ${i.map(d=>r`<option value=${d}>${d}</option>`)}
        </select>`:r`<${Sa} field=${e} value=${a(c)} set=${d=>s(n,d&&l(d))} />`}
  </label>`}function ve({value:e,label:t="JSON"}){let s=typeof e=="string"?e:JSON.stringify(e,null,2),n=[],o=0;for(let i of s.matchAll(Ca)){let[a,l,c,d]=i;n.push(s.slice(o,i.index));let u=l?c?"key":"string":d?"word":"digits";n.push(r`<span class=${`json-${u}`}>${l??a}</span>`,c??""),o=i.index+a.length}return n.push(s.slice(o)),r`<pre class="json" tabindex="0" role="region" aria-label=${t}>${n}</pre>`}function Ot({values:e,label:t,width:s=120,height:n=28}){let o=e.filter(c=>c!=null);if(o.length<2)return r`<svg class="spark" width=${s} height=${n} aria-hidden="true"></svg>`;let i=Math.max(...o,1e-9),a=e.map((c,d)=>[d*s/(e.length-1),c]).filter(([,c])=>c!=null),l=a.map(([c,d])=>`${c.toFixed(1)},${(n-2-d/i*(n-4)).toFixed(1)}`).join(" ");return r`<svg class="spark" viewBox=${`0 0 ${s} ${n}`} width=${s} height=${n} role="img" aria-label=${t} preserveAspectRatio="none">
    <polygon points=${`${a[0][0]},${n} ${l} ${a.at(-1)[0]},${n}`} /><polyline points=${l} />
  </svg>`}function Ve({value:e,limit:t,label:s}){let n=t?Math.min(1,e/t):0,o=n>.9?"bad":n>.7?"warn":"good";return r`<meter class=${`bar ${o}`} min="0" max="1" value=${n} aria-label=${s}></meter>`}function Te({tabs:e,chosen:t,choose:s,label:n}){let o=wa();return r`<div class="tabs" role="tablist" aria-label=${n} onKeyDown=${a=>{let l={ArrowRight:1,ArrowLeft:-1}[a.key];if(!l)return;let c=e.findIndex(([d])=>d===t);s(e[(c+l+e.length)%e.length][0]),a.currentTarget.children[(c+l+e.length)%e.length].focus()}}>${e.map(([a,l])=>r`
    <button type="button" role="tab" id=${`${o}-${a}`} aria-selected=${String(a===t)} tabindex=${a===t?0:-1}
      onClick=${()=>s(a)} data-testid=${`tab-${a}`}>${l}</button>`)}</div>`}function fe(e,t=""){let s={text:e,tone:t};at.set([...at.value,s]),setTimeout(()=>at.set(at.value.filter(n=>n!==s)),_a)}function pn(){let e=N(at);return r`<div class="toasts" role="status" aria-live="polite" data-testid="toasts">
    ${e.map(({text:t,tone:s})=>r`<div class=${`notice ${s}`}>${t}</div>`)}
  </div>`}async function ie(e,t){try{let s=await e();return t&&fe(typeof t=="function"?t(s):t,"good"),!0}catch(s){return fe([s.message,...s.fields??[]].join(" · "),"bad"),!1}}function Et(e,t,s){let n=URL.createObjectURL(new Blob([s],{type:t}));Object.assign(document.createElement("a"),{href:n,download:e}).click(),setTimeout(()=>URL.revokeObjectURL(n),1e4)}var ka,Ca,at,_a,C=b(()=>{_();D();nn();J();Q();an();cn();ka="(max-width: 48rem)";Ca=/("(?:\\.|[^"\\])*")(\s*:)?|\b(true|false|null)\b|(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)/g;at=new Y([]),_a=5e3});import{useEffect as $n,useRef as Ta,useState as Oa}from"/vendor/hooks.js";function Na(e){if(!e)return{tone:"",words:"unknown"};let t=e.checks.filter(({ok:n})=>!n);if(e.draining)return{tone:"warn",words:"stopping"};if(!e.ok)return{tone:"bad",words:t.length?t.map(({name:n})=>n.replaceAll("_"," ")).join(", "):"not well"};let s=e.checks.filter(({detail:n})=>n);return s.length?{tone:"warn",words:s.length===1?"one warning":`${s.length} warnings`}:{tone:"good",words:"healthy"}}function Ra(){let{data:e,error:t,reload:s}=k(()=>h.get("/health"),[]);return X(Ea,s),$n(()=>De.set(t?null:e??null),[e,t]),{report:N(De),isAway:t?.status===0}}function La(){let{report:e,isAway:t}=Ra(),{tone:s,words:n}=t?{tone:"bad",words:"out of reach"}:Na(e);return r`<a class="state" href="#/health" data-testid="health"><span class=${`dot ${s}`}></span>${n}</a>
    ${e&&r`<span class="fine version">${e.version}</span>`}`}function Da(){let e=N(ns),t=N(me),s=t?"Paused":{live:"Live",paused:"Paused",reconnecting:"Reconnecting"}[e],n=s==="Live"?"good":"warn";return r`<button type="button" class="state" onClick=${()=>me.set(!t)} aria-pressed=${String(t)} data-testid="live"
    title=${t?"Go on":"Hold the page still"}>
    <span class=${`dot ${n} ${s==="Live"?"live":""}`}></span><span role="status">${s}</span><${pe} name=${t?"play":"pause"} size=${14} />
  </button>`}function Pa({input:e}){return r`<form class="search" role="search" onSubmit=${s=>{s.preventDefault();let n=e.current.value.trim();if(n!==""){if(!Aa.test(n)){fe("Give the id of a call, or the name of a user.","warn");return}G(`${Ma.test(n)?"/calls":"/users"}/${encodeURIComponent(n)}`),e.current.value="",e.current.blur()}}}>
    <${pe} name="search" size=${16} />
    <input ref=${e} type="search" aria-label="Find a call by its id, or a user by name" placeholder="Call id or user" data-testid="search"
      autocomplete="off" autocapitalize="none" spellcheck=${!1} />
    <kbd>/</kbd>
  </form>`}function Ha({close:e}){return r`<${ae} title="Keys" onClose=${e} testid="help">
    <dl class="facts">${Ua.map(([t,s])=>r`<dt><kbd>${t}</kbd></dt><dd>${s}</dd>`)}</dl>
    <p class="row"><a href="/api/docs" target="_blank" rel="noopener">API reference</a><a href="/docs/" target="_blank" rel="noopener">Documentation</a>
      <button type="button" class="push" onClick=${e} autofocus>Close</button></p>
  <//>`}function Fa(e,t){$n(()=>{let s=!1,n=o=>{let i=o.target.closest?.("input, textarea, select, [contenteditable]");if(i&&o.key==="Escape"&&o.target.blur(),i||o.ctrlKey||o.metaKey||o.altKey||document.querySelector("dialog[open]"))return;let a=s&&ja[o.key];s=o.key==="g",a?G(`/${a}`):o.key==="?"?t(!0):o.key==="p"?me.set(!me.value):o.key==="/"&&(o.preventDefault(),e.current.focus())};return addEventListener("keydown",n),()=>removeEventListener("keydown",n)},[])}function fn({isMenuOpen:e,toggleMenu:t}){let s=N(Qe),n=N(Z),o=N(q),i=Ta(null),[a,l]=Oa(!1);return Fa(i,l),r`<header class="top">
    <button type="button" class="quiet menu" aria-expanded=${String(e)} aria-controls="navigation" aria-label="Menu" onClick=${t} data-testid="menu"><${pe} name="menu" /></button>
    <a class="brand" href="#/overview"><img src="/ui/icon.svg" width="26" height="26" alt="" />hookswitch</a>
    <${La} /><${Da} /><${Pa} input=${i} />
    <div class="row choices">
      <button type="button" class="quiet" onClick=${()=>Qe.set(Ia[s])} aria-label=${`Colours: ${s}`} title=${`Colours: ${s}`} data-testid="theme"><${pe} name=${s} /></button>
      <button type="button" class="quiet" onClick=${()=>Z.set(!n)} title="Times in UTC or in this zone" data-testid="zone">${n?"UTC":"Local"}</button>
      <button type="button" class="quiet" onClick=${()=>l(!0)} aria-label="Keys" title="Keys (?)"><${pe} name="help" /></button>
      <a class="button quiet wide-only" href="/api/docs" target="_blank" rel="noopener">API</a>
      <a class="button quiet wide-only" href="/docs/" target="_blank" rel="noopener">Docs</a>
      <button type="button" class="quiet" onClick=${()=>ts()} title=${`Sign out (${o?.name||o?.id}, ${o?.scope})`} aria-label="Sign out" data-testid="sign-out"><${pe} name="out" /></button>
    </div>
    ${a&&r`<${Ha} close=${()=>l(!1)} />`}
  </header>`}var Ea,Ma,Aa,Ia,De,Ua,ja,Mt=b(()=>{_();B();C();J();Q();Ea=1e4,Ma=/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i,Aa=/^[A-Za-z0-9._@:+-]{1,128}$/,Ia={system:"light",light:"dark",dark:"system"},De=new Y(null);Ua=[["/","Find a call by its id, or a user by name"],["?","This list"],["g then o, c, u","Go to the overview, calls, users"],["g then w, d, t, h","Go to webhooks, deliveries, trace, health"],["p","Hold the page still, or go on"],["↑ ↓ Home End","Walk the rows of a table"],["Enter","Open a row"],["Esc","Close a dialog"]],ja={o:"overview",c:"calls",u:"users",w:"webhooks",d:"deliveries",t:"trace",h:"health"}});async function ze(e){let t=`Both hear that it was ended, with code ${e.state==="talking"?"0":"100101"} and reason “forced”.`;return await te({title:`Finish the call of ${e.caller} and ${e.callee}?`,body:t,action:"Finish"})&&ie(()=>h.post(`/calls/${e.id}/finish`,{}),"The call is finished.")}async function At(e){return await te({title:`Kick ${e}?`,body:"Every session is told 211 and ends, and with them the user’s call. The user may log in again.",action:"Kick"})&&ie(()=>h.post(`/users/${encodeURIComponent(e)}/kick`),({sessions:n})=>`${e}: ${n===1?"one session":`${n} sessions`} ended.`)}async function hn(e){return await te({title:`Delete the account of ${e}?`,body:"The password is forgotten and every session ends. Calls of the past stay in the list.",action:"Delete the account"})&&ie(()=>h.del(`/users/${encodeURIComponent(e)}`),`The account of ${e} is gone.`)}var it=b(()=>{_();C()});function qa({call:e}){return r`<${W} name=${e.callee} />${e.dialled&&r` <span class="fine">dialled ${e.dialled}</span>`}`}function Ba({call:e}){return e.state==="ringing"?r`<${ge} since=${e.ringing_at} />`:e.ringing_at?g(e.ring_ms):r`<span class="fine">–</span>`}function Wa({call:e,longest:t}){return e.state==="talking"?r`<${ge} since=${e.started_at} />`:e.started_at?r`<span class="length">${g(e.talk_ms)}<span class="length-bar" style=${{width:`${100*e.talk_ms/t}%`}}></span></span>`:r`<span class="fine">–</span>`}function Ka({call:e}){let t=e.veto??[];if(t.length===0)return r`<span class="fine">–</span>`;let s=t.find(({verdict:o})=>o!=="allow")??t[0],n=Math.max(...t.map(({ms:o})=>o));return r`<${y} word=${s.verdict} tone=${s.verdict==="timeout"?"bad":void 0} title=${`${s.hook}${s.policy?`, policy: ${s.policy}`:""}`} /> <span class="fine number">${g(n)}</span>`}var mn,It,Nt,is=b(()=>{it();D();C();mn=["requested","caller","callee","outcome","rang","talked","setup","ended_by","veto","id"];It=[{key:"requested",title:"Requested",render:e=>r`<${T} at=${e.requested_at} short />`},{key:"caller",title:"Caller",render:e=>r`<${W} name=${e.caller} />`},{key:"callee",title:"Callee",render:e=>r`<${qa} call=${e} />`},{key:"outcome",title:"State or end",render:e=>r`<${Le} call=${e} />`},{key:"code",title:"Code",render:e=>e.state==="ended"?H(e.error_code):""},{key:"rang",title:"Rang",number:!0,render:e=>r`<${Ba} call=${e} />`},{key:"talked",title:"Talked",number:!0,render:(e,{longest:t})=>r`<${Wa} call=${e} longest=${t} />`},{key:"setup",title:"Setup",number:!0,render:e=>g(xe(e))},{key:"ended_by",title:"Ended by",render:e=>e.ended_by??""},{key:"veto",title:"Veto",render:e=>r`<${Ka} call=${e} />`},{key:"media",title:"Media",render:e=>We(e.flags)},{key:"doors",title:"Doors",render:e=>[e.caller_door,e.callee_door??"?"].join(" → ")},{key:"devices",title:"Devices",render:e=>[e.caller_device||"unnamed",e.callee_device===null?"–":e.callee_device||"unnamed"].join(" → ")},{key:"placed",title:"Placed by",render:e=>e.placed?"the API":"the caller"},{key:"room",title:"Room",number:!0,render:e=>e.room??""},{key:"user_str",title:"Text",render:e=>r`<span class="clip">${e.user_str}</span>`},{key:"id",title:"Id",render:e=>r`<span class="row nowrap"><${oe} id=${e.id} /><${F} text=${e.id} label="Copy the id" bare /></span>`}],Nt={key:"finish",title:r`<span class="unseen">Actions</span>`,render:e=>e.state!=="ended"&&r`<button type="button" class="small danger" data-testid="finish-call" onClick=${()=>ze(e)}>Finish</button>`}});import{useEffect as Ja,useRef as Va,useState as gn}from"/vendor/hooks.js";function vn(e){return Object.fromEntries(za.filter(t=>e[t]).map(t=>[t,e[t]]))}function Ya(e,{state:t,user:s,caller:n,callee:o,reason:i,door:a,from:l,to:c}){let d=Date.parse(e.requested_at);return(!t||e.state===t)&&(!s||e.caller===s||e.callee===s)&&(!n||e.caller===n)&&(!o||e.callee===o)&&(!i||e.reason===i)&&(!a||e.caller_door===a||e.callee_door===a)&&(!l||d>=Date.parse(l))&&(!c||d<=Date.parse(c))}function yn(e,t,s,n){let o=new Map(e.map(i=>[i.id,i]));for(let i of t){let a=o.get(i.id);(a?a.version>=i.version:!n)||(Ya(i,s)?o.set(i.id,i):o.delete(i.id))}return[...o.values()].sort((i,a)=>i.id<a.id?1:-1)}function Rt(e,{cursor:t="",limit:s}={}){let[n,o]=gn([]),[i,a]=gn(new Set),l=Va([]),{data:c,error:d,isLoading:u,reload:$}=k(async()=>{let p=await h.get("/calls",{...e,cursor:t,limit:s});return o(yn(p.items,l.current,e,!t)),a(new Set),p},[JSON.stringify(e),t]);Ja(()=>{let p=setTimeout($,Ga);return()=>clearTimeout(p)},[JSON.stringify(e),t]);let f=ue(()=>{let p=l.current;if(l.current=[],n.length>bn){l.current=[...p.slice(-bn),...l.current],$();return}o(m=>yn(m,p,e,!t)),a(new Set(p.map(({id:m})=>m)))},120);return z(({event:p,data:{data:m}})=>{p==="gap"&&$(),m?.call&&(l.current.push(m.call),f())}),{rows:n,fresh:i,next:c?.next_cursor??null,isLoaded:c!==void 0,isLoading:u,error:d,reload:$}}var za,bn,Ga,ls=b(()=>{_();B();za=["state","user","caller","callee","reason","door","from","to"],bn=300,Ga=1200});function Lt(e,t,s,n){let o=(n-s)/(t-e||1);return i=>s+(i-e)*o}function Sn(e,t,s){let n=(t-e)/Math.max(s,1),o=10**Math.floor(Math.log10(n)),i=[1,2,5,10].find(c=>c*o>=n)*o,[a,l]=[Math.ceil(e/i-1e-9),Math.floor(t/i+1e-9)];return Array.from({length:l-a+1},(c,d)=>Number(((a+d)*i).toPrecision(12)))}function xn(e,t,s,n){let o=wn.find(a=>(t-e)/a<=s)??wn.at(-1),i=[];for(let a=Math.ceil((e+n)/o)*o-n;a<=t;a+=o)i.push(a);return i}function ds(e,t,s){let n=[],o=null;return e.forEach((i,a)=>{s(a)?o?o.push([i,t[a]]):n.push(o=[[i,t[a]]]):o=null}),n}function Cn(e,t,s){return ds(e,t.map(s),n=>cs(t[n])).map(n=>`M${us(n)}${n.length===1?"h0":""}`).join("")}function ps(e,t,s,n){let o=Array.isArray(s)?s:t.map(()=>s),i=l=>cs(t[l])&&cs(o[l]),a=ds(e,o.map(n),i);return ds(e,t.map(n),i).map((l,c)=>`M${us(l)}L${us(a[c].reverse())}Z`).join("")}function _n(e,t,s){let n=e.reduce((i,a,l)=>l>0?Math.min(i,a-e[l-1]):i,Za/kn),o=Pe(n*kn);return e.map((i,a)=>t[a]?`M${Pe(i)} ${Pe(s(0))}V${Pe(s(t[a]))}h${o}V${Pe(s(0))}Z`:"").join("")}function Tn(e,t,s){return e.length===0?null:s?Math.max(0,e.findLastIndex(n=>n<=t)):e.reduce((n,o,i)=>Math.abs(o-t)<Math.abs(e[n]-t)?i:n,0)}var wn,Za,kn,cs,Pe,us,On=b(()=>{wn=[1,2,5,10,15,30,60,120,180,360,720].map(e=>e*60),Za=40,kn=.9;cs=e=>e!=null,Pe=e=>Math.round(e*10)/10;us=e=>e.map(([t,s])=>`${Pe(t)} ${Pe(s)}`).join("L")});import{useEffect as Qa,useMemo as Xa,useRef as ei,useState as $s}from"/vendor/hooks.js";function Mn(e){let t=[];for(let s of e){let n=t.at(-1);t.push(s.map((o,i)=>o+(n?n[i]:0)))}return t}function ni(e){let[t,s]=$s(si);return Qa(()=>{let n=new ResizeObserver(([{contentRect:o}])=>{o.width>0&&s(o.width)});return n.observe(e.current),()=>n.disconnect()},[]),t}function oi({times:e,from:t,to:s,series:n,bands:o,width:i,height:a,isUtc:l}){let c=n.flatMap(({values:w})=>w).filter(w=>w!=null),[d,u]=c.reduce(([w,le],ke)=>[Math.min(w,ke),Math.max(le,ke)],[0,1]),[$,f]=[t??e[0],s??e.at(-1)],[p,m]=[Math.max(i-K.right,K.left+1),a-K.bottom],E=Lt($,f,K.left,p),M=Lt(d,u*1.05,m,K.top),v=e.map(E),j=l?0:-60*new Date(f*1e3).getTimezoneOffset();return{xs:v,xOf:E,yOf:M,right:p,bottom:m,timeOf:Lt(K.left,p,$,f),timeMarks:xn($,f,(p-K.left)/En.time,j),valueMarks:Sn(d,u*1.05,(m-K.top)/En.value),bands:o.map(([w,le])=>({path:ps(v,n[w].values,n[le].values,M),of:n[w]})),series:n.map(w=>({of:w,line:w.bars?"":Cn(v,w.values,M),area:w.bars?_n(v,w.values,M):w.fill?ps(v,w.values,0,M):""}))}}function ri({shapes:e,unit:t,isUtc:s}){let{xOf:n,yOf:o,right:i,bottom:a}=e;return r`<g class="chart-axes">
    ${e.valueMarks.map(l=>r`<path d=${`M${K.left-6} ${o(l)}H${i}`} /><text x=${K.left-10} y=${o(l)+4} text-anchor="end">${t(l)}</text>`)}
    ${e.timeMarks.map(l=>r`<path d=${`M${n(l)} ${K.top}V${a+6}`} /><text x=${n(l)} y=${a+20} text-anchor="middle">${An(l,s)}</text>`)}
  </g>`}function ai({series:e,times:t,at:s,unit:n,isUtc:o}){let i=a=>s===null||a===null||a===void 0?"–":n(a);return r`<ul class="plain row legend">
    <li class="number">${s===null?"Time":An(t[s],o)}</li>
    ${e.map(a=>r`<li key=${a.label}><svg class="chart-key" width="16" height="8"><path class="chart-line" d="M1 4h14" style=${In(a)} /></svg> ${a.label} <strong class="number">${i(a.values[s])}</strong></li>`)}
  </ul>`}function lt({label:e,times:t,from:s,to:n,series:o,bands:i=[],unit:a=String,height:l=170,legend:c=!0,testid:d,onPick:u,onHover:$}){let f=ei(null),p=ni(f),m=N(Z),[E,M]=$s(null),[v,j]=$s(null),w=Xa(()=>oi({times:t,from:s,to:n,series:o,bands:i,width:p,height:l,isUtc:m}),[t,s,n,o,p,l,m]),{xs:le,yOf:ke,right:ce,bottom:Hs}=w,Me=E!==null&&E<t.length?E:null,Xt=L=>Math.min(ce,Math.max(K.left,L.clientX-L.currentTarget.getBoundingClientRect().left)),Fs=L=>{M(L),L!==E&&$?.(L)};return r`<figure class="chart" data-testid=${d}><figcaption>${e}</figcaption>
    <div ref=${f}><svg class=${u?"pickable":""} role="img" aria-label=${e} width=${p} height=${l}
        onPointerMove=${L=>{let he=Xt(L);Fs(Tn(t,w.timeOf(he),o.some(({bars:Se})=>Se))),v&&j({...v,end:he})}} onPointerLeave=${()=>Fs(null)} onPointerDown=${L=>{!u||L.button!==0||L.pointerType==="touch"||(L.currentTarget.setPointerCapture(L.pointerId),j({start:Xt(L),end:Xt(L)}))}} onPointerUp=${()=>{if(j(null),!v)return;let[L,he]=[v.start,v.end].sort((Se,ta)=>Se-ta);he-L>=ti&&u(...[L,he].map(Se=>new Date(w.timeOf(Se)*1e3)))}} onPointerCancel=${()=>j(null)}>
      <${ri} shapes=${w} unit=${a} isUtc=${m} />
      <svg x=${K.left} width=${p-K.left} height=${l} viewBox=${`${K.left} 0 ${p-K.left} ${l}`}>
        ${w.bands.map(({path:L,of:he})=>r`<path d=${L} style=${{fill:Dt(he),fillOpacity:.15}} />`)}
        ${w.series.map(({of:L,line:he,area:Se})=>r`
          ${Se&&r`<path d=${Se} style=${{fill:Dt(L),fillOpacity:L.fill}} />`}
          ${he&&r`<path class="chart-line" d=${he} style=${In(L)} />`}`)}
      </svg>
      ${Me!==null&&r`<path class="chart-cursor" d=${`M${le[Me]} ${K.top}V${Hs}`} />`}
      ${Me!==null&&o.map(L=>!L.bars&&typeof L.values[Me]=="number"&&r`<circle r="3.5" cx=${le[Me]} cy=${ke(L.values[Me])} style=${{fill:Dt(L)}} />`)}
      ${v&&r`<rect class="chart-picked" x=${Math.min(v.start,v.end)} y=${K.top} width=${Math.abs(v.end-v.start)} height=${Hs-K.top} />`}
    </svg></div>
    ${c&&r`<${ai} series=${o} times=${t} at=${Me} unit=${a} isUtc=${m} />`}
  </figure>`}var K,En,ti,si,An,Dt,In,Nn=b(()=>{On();D();C();Q();K={top:8,right:8,bottom:26,left:58},En={time:70,value:34},ti=4,si=300;An=(e,t)=>ne(e*1e3,{isUtc:t}).slice(11,16),Dt=e=>`var(${e.colour})`;In=e=>({stroke:Dt(e),strokeWidth:e.width??2,strokeDasharray:e.dash?.join(" ")})});import{useMemo as Rn,useState as ii}from"/vendor/hooks.js";function ci(e,t){let s=[],n=ct.map(()=>[]);for(let o of e){let i=Math.floor(fs(o)/(t*60))*t*60;if(s.at(-1)!==i){s.push(i);for(let a of n)a.push(0)}ct.forEach((a,l)=>{n[l][s.length-1]+=Ln(o,a)/t})}return{times:s,byReason:n}}function di({minutes:e,stack:t,hovered:s}){let n=N(Z),o=e[0]?.at,i=s!==null&&s<t.times.length,a=(c,d)=>i?t.byReason[d][s]:e.reduce((u,$)=>u+Ln($,c),0),l=ct.map((c,d)=>[c,a(c,d)]).filter(([,c])=>c>0);return r`<ul class="plain row legend">
    <li class="fine number">${i?`${ne(t.times[s]*1e3,{isUtc:n}).slice(11,16)}, per min`:"in all"}</li>
    ${l.map(([c,d])=>r`<li key=${c}>
      <a href=${I("/calls",{reason:c==="other"?"":c,state:c==="other"?"ended":"",from:o})}><span class="dot" style=${{background:`var(--reason-${c})`}}></span>${c} <strong class="number">${O(Math.round(d*10)/10)}</strong></a></li>`)}
  </ul>`}function Dn({minutes:e,range:t,timeout:s}){let[n,o]=ii(null),i=dt[t]*60,a=fs(e.at(-1))+60,l={from:a-i,to:a,onPick:(p,m)=>G("/calls",{from:p.toISOString(),to:m.toISOString()})},c=Rn(()=>e.map(fs),[e]),d=p=>e.map(p),u=Rn(()=>ci(e,li[t]),[e,t]),$=Mn(u.byReason),f=ct.map((p,m)=>({label:p,colour:`--reason-${p}`,values:$[m],fill:1,bars:!0})).reverse();return r`
    <section class="card">
      <${lt} ...${l} label="Calls ended per minute, by reason" testid="chart-ended" times=${u.times} series=${f} unit=${p=>String(Math.round(p*100)/100)} legend=${!1} onHover=${o} />
      <${di} minutes=${e} stack=${u} hovered=${n} />
    </section>
    <section class="card"><${lt} ...${l} label="Concurrent calls" testid="chart-concurrent" times=${c} unit=${p=>String(Math.round(p*10)/10)} series=${[{label:"talking",colour:"--go",values:d(({talking:p})=>p),fill:.18},{label:"ringing",colour:"--reason-refused",values:d(({ringing:p})=>p)}]} /></section>
    <section class="card"><${lt} ...${l} label="From the request to the start" testid="chart-setup" times=${c} unit=${g} bands=${[[1,0]]} series=${[{label:"p50",colour:"--accent",values:d(({request_to_start_ms:p})=>p.p50)},{label:"p95",colour:"--accent",values:d(({request_to_start_ms:p})=>p.p95),width:1}]} /></section>
    <section class="card"><${lt} ...${l} label="Veto latency" testid="chart-veto" times=${c} unit=${g} bands=${[[1,0]]} series=${[{label:"p50",colour:"--accent",values:d(({veto_ms:p})=>p.p50)},{label:"p95",colour:"--accent",values:d(({veto_ms:p})=>p.p95),width:1},...s?[{label:"timeout",colour:"--stop",values:e.map(()=>s),dash:[6,4],width:1.5}]:[]]} /></section>`}var dt,li,ct,Ln,fs,Pn=b(()=>{Nn();D();C();J();Q();dt={"1h":60,"6h":360,"24h":1440},li={"1h":1,"6h":5,"24h":15},ct=["hangup","cancelled","refused","timeout","busy","offline","vetoed","disconnected","other"],Ln=(e,t)=>t!=="other"?e.finished_by_reason[t]??0:xt.filter(s=>!ct.includes(s)).reduce((s,n)=>s+(e.finished_by_reason[n]??0),0),fs=e=>Date.parse(e.at)/1e3});import{useEffect as ui,useState as pi}from"/vendor/hooks.js";function Un({id:e,event:t,data:{timestamp:s,data:n}}){return n?.call?{id:e,at:s,call:n.call,tone:n.call.state==="ended"?ye[n.call.reason]:ye[n.call.state]}:t==="user.online"||t==="user.offline"?{id:e,at:s,user:n.user,words:t==="user.online"?"came online":"went offline",tone:t==="user.online"?"good":""}:null}function jn(e,t){let s=({call:n})=>n&&n.id===e.call?.id&&n.state==="requested";return[e,...t.filter(n=>!s(n))].slice(0,$i)}function Hn(){let[e,t]=pi(fi),{data:s,reload:n}=k(()=>h.get("/calls",{limit:12,state:"ended"}),[]);return ui(()=>{if(!s)return;let o=s.items.map(i=>({id:i.id,at:i.ended_at,call:i,tone:ye[i.reason]}));t(i=>[...i,...o.filter(({call:a})=>!i.some(l=>l.call?.id===a.id&&l.call.state==="ended"))].sort((a,l)=>Date.parse(l.at)-Date.parse(a.at)))},[s]),z(o=>{o.event==="gap"&&n();let i=Un(o);i&&t(a=>jn(i,a))}),r`<section class="card feed" data-testid="feed"><h2>What just happened</h2>
    ${e.length===0?r`<p class="fine">Calls, and users who come and go, appear here as it happens.</p>`:r`<div class="feed-lines" tabindex="0" role="region" aria-label="What just happened"><ol class="plain">${e.map(({id:o,at:i,call:a,user:l,words:c,tone:d})=>r`<li key=${o}>
          <span class=${`dot ${d}`}></span>
          <span>${a?Ce(a):r`<${W} name=${l} /> ${c}.`}</span>
          ${a?r`<a href=${ee(a.id)} title="Open the call"><${T} at=${i} short /></a>`:r`<span class="fine"><${T} at=${i} short /></span>`}</li>`)}</ol></div>`}
  </section>`}var $i,fi,Fn=b(()=>{_();D();B();C();J();$i=40;fi=()=>nt.map(Un).filter(Boolean).reduceRight((e,t)=>jn(t,e),[])});function Oe({title:e,to:t,value:s,unit:n="",note:o,values:i,testid:a,children:l}){return r`<a class="card tile" href=${t}>
    <span class="fine">${e}</span>
    <span class="figure number"><span data-testid=${a}>${s}</span>${n&&r`<small>${n}</small>`}</span>
    ${l}
    <span class="fine number">${o}</span>
    ${i&&r`<${Ot} values=${i} label=${`${e} over the last hour`} />`}
  </a>`}function Bn({stats:e,report:t,minutes:s,timeout:n}){let{last_hour:o}=e,i=new Date(Math.floor((Date.parse(e.now)-hi)/6e4)*6e4).toISOString(),a=d=>s.length>1?s.map(d):null,l=t?.outbox,c=o.veto_ms;return r`<div class="tiles">
    <${Oe} title="Users online" to=${I("/users",{online:!0})} value=${O(e.users_online)} note=${S(e.sessions,"session")} values=${a(({users_online:d})=>d)} testid="stat-online" />
    <${Oe} title="Ringing" to=${I("/calls",{state:"ringing"})} value=${O(e.ringing)} note=${`${O(e.requested)} before a verdict`} values=${a(({ringing:d})=>d)} testid="stat-ringing" />
    <${Oe} title="Talking" to=${I("/calls",{state:"talking"})} value=${O(e.talking)} note=${`${S(o.requested,"call")} in the last hour`} values=${a(({talking:d})=>d)} testid="stat-talking" />
    <${Oe} title="Answered, 1 h" to=${I("/calls",{from:i})} value=${Xs(o.started,o.requested)} note=${`${O(o.started)} of ${O(o.requested)}`} values=${a(({started:d})=>d)} testid="stat-answered" />
    <${Oe} title="Request to start, 1 h" to=${I("/calls",{from:i,reason:"hangup"})} value=${g(o.request_to_start_ms.p50)} note=${qn(o.request_to_start_ms)} values=${a(({request_to_start_ms:d})=>d.p50)} />
    <${Oe} title="Ringing time, 1 h" to=${I("/calls",{from:i})} value=${g(o.ring_ms.p50)} note=${qn(o.ring_ms)} values=${a(({ring_ms:d})=>d.p50)} />
    <${Oe} title="Veto p95, 1 h" to=${I("/webhooks")} value=${g(c.p95)} note=${n?`of ${g(n)} timeout`:"no hook is asked"}>
      ${n&&c.p95!==null&&r`<${Ve} value=${c.p95} limit=${n} label=${`Veto p95 ${g(c.p95)} of ${g(n)}`} />`}
    <//>
    <${Oe} title="Outbox" to=${I("/deliveries",{state:"pending"})} value=${O(l?.waiting)} unit=${l?.waiting===1?"event":"events"} note=${l?.waiting?`the oldest for ${g(l.oldest_secs*1e3)}`:"nothing waits"}
      values=${a(({outbox_waiting:d})=>d)} testid="stat-outbox" />
  </div>`}var hi,qn,Wn=b(()=>{D();C();J();hi=36e5;qn=({p50:e,p95:t})=>e===null?"no call was measured":`p95 ${g(t)}`});var zn={};re(zn,{default:()=>Vn});function bi({report:e}){let t=N(Kn),s=({name:o,detail:i})=>`${o}: ${i}`;return(e?.checks??[]).filter(o=>!o.ok||o.detail&&!t.includes(s(o))).map(o=>{let{name:i,ok:a,detail:l,advice:c}=o;return r`<div class=${`notice ${a?"warn":"bad"} warning`} key=${i} data-testid="warning">
      <span><strong>${i.replaceAll("_"," ")}</strong>${l?`: ${l}`:" fails"}. ${c}</span>
      <a href="#/health">Health</a>
      ${a&&r`<button type="button" class="small" onClick=${()=>Kn.set([...t,s(o)])} data-testid="hide-hint">Hide</button>`}
    </div>`})}function yi(){return r`<section class="card" data-testid="welcome"><${R} title="Nobody has called yet">
    <p>This page fills by itself. Make a call between two people in the <a href="/" target="_blank" rel="noopener">demo</a>, or give a client of yours a token:</p>
    <pre tabindex="0">hookswitch token alice</pre>
    <p>To decide who may call whom, <a href="#/webhooks">register a hook</a>.</p>
  <//></section>`}function wi(){let{rows:e,fresh:t}=Rt({},{limit:Jn}),s=e.slice(0,Jn),n=Math.max(1,...s.map(({talk_ms:i})=>i??0)),o=vi.map(i=>({...i,render:a=>i.render(a,{longest:n})}));return s.length===0?null:r`<section class="card wide"><div class="row"><h2>Latest calls</h2><a class="push" href="#/calls">All calls</a></div>
    <${U} caption="Latest calls" testid="calls-table" rowTestid="call-row" columns=${A("control")?[...o,Nt]:o} rows=${s} rowKey=${({id:i})=>i}
      rowClass=${({id:i})=>t.has(i)?"fresh":""} open=${({id:i})=>G(ee(i).slice(1))} />
  </section>`}function Vn({query:e,setQuery:t}){let s=dt[e.range]?e.range:"1h",n=N(De),o=k(()=>h.get("/stats"),[]),i=k(()=>h.get("/stats/history",{minutes:dt[s]}),[s]),a=k(()=>h.get("/webhooks",{limit:500}),[]),l=k(()=>h.get("/calls",{limit:1}),[]),c=ue(o.reload,300);z(({event:p})=>{c(),p==="call.requested"&&l.data?.items.length===0&&l.reload()}),X(gi,o.reload),X(mi,i.reload);let d=l.data?.items.length===0&&o.data?.users_online===0,u=(a.data?.items??[]).filter(({veto:p,enabled:m})=>p&&m),$=u.length?Math.min(...u.map(({timeout_ms:p})=>p)):null,f=i.data?.items??[];return r`
    <div class="screen-head"><h1>Overview</h1><span class="push"></span>
      <div class="row segments" role="group" aria-label="Time range">${Object.keys(dt).map(p=>r`<button type="button" class="small" key=${p} aria-pressed=${String(p===s)}
        onClick=${()=>t({range:p==="1h"?"":p})} data-testid=${`range-${p}`}>${p.replace("h"," h")}</button>`)}</div>
      <${P} path="/stats" />
    </div>
    <${x} error=${o.error} retry=${o.reload} />
    <${bi} report=${n} />
    ${d&&r`<${yi} />`}
    ${o.data&&r`<${Bn} stats=${o.data} report=${n} minutes=${f.slice(-60)} timeout=${$} />`}
    <div class="beside">
      <div class="charts"><${x} error=${i.error} retry=${i.reload} />
        ${f.length>0&&r`<${Dn} minutes=${f} range=${s} timeout=${$} />`}
        <${wi} /></div>
      <${Hn} />
    </div>`}var mi,gi,Kn,Jn,vi,Gn=b(()=>{_();Mt();B();C();J();Q();is();ls();Pn();Fn();Wn();mi=1e4,gi=5e3,Kn=je("hints",[]);Jn=8,vi=It.filter(({key:e})=>["requested","caller","callee","outcome","rang","talked","veto"].includes(e))});import{useRef as ki,useState as Si}from"/vendor/hooks.js";function xi(e){let t=e==null?"":String(e);return/^[=+\-@\t\r]/.test(t)&&!/^[+-]?\d+(\.\d+)?$/.test(t)&&(t=`'${t}`),/[",\r\n]/.test(t)?`"${t.replaceAll('"','""')}"`:t}function Ci(e){return[Yn.map(([s])=>s),...e.map(s=>Yn.map(([,n])=>xi(n(s))))].map(s=>`${s.join(",")}\r
`).join("")}function Qn({filters:e}){let[t,s]=Si(null),n=ki(!1),o=async a=>{n.current=!1,s({format:a,done:0});try{let l=await de("/calls",e,c=>(s({format:a,done:c}),!n.current));if(n.current)fe("The export was stopped; nothing was saved.","warn");else{let{type:c,write:d}=Zn[a];Et(`hookswitch-calls-${new Date().toISOString().slice(0,19).replaceAll(":","")}.${a.toLowerCase()}`,c,d(l)),fe(`${S(l.length,"call")} exported.`,"good")}}catch(l){fe(l.message,"bad")}s(null)},i=()=>{n.current=!0};return r`${Object.keys(Zn).map(a=>r`<button type="button" class="small" key=${a} disabled=${t!==null} onClick=${()=>o(a)} data-testid=${`export-${a.toLowerCase()}`}
      title="Everything that fits the filters">${a}</button>`)}
    ${t&&r`<${ae} title=${`Exporting as ${t.format}`} onClose=${i}>
      <progress aria-label="Exporting"></progress>
      <p class="row">${S(t.done,"call")} so far<button type="button" class="push" onClick=${i}>Stop</button></p>
    <//>`}`}var Yn,Zn,Xn=b(()=>{_();D();C();Yn=[...["id","state","caller","callee","dialled","caller_device","callee_device","caller_door","callee_door","placed","flags","param","user_str","room"].map(e=>[e,t=>t[e]]),["error_code",e=>e.error_code],["error_name",e=>e.error_code===null?"":H(e.error_code).replace(/^-?\d+ /,"")],...["reason","ended_by","requested_at","ringing_at","started_at","ended_at","ring_ms","talk_ms"].map(e=>[e,t=>t[e]]),["setup_ms",xe],["veto",e=>(e.veto??[]).map(({hook:t,verdict:s,ms:n})=>`${t}:${s}:${n}ms`).join(" ")]];Zn={CSV:{type:"text/csv",write:Ci},JSON:{type:"application/json",write:e=>`${JSON.stringify(e,null,2)}
`}}});var to={};re(to,{default:()=>eo});function eo({query:e,setQuery:t}){let s=N(Z),n=vn(e),{rows:o,fresh:i,next:a,isLoaded:l,error:c,reload:d}=Rt(n,{cursor:e.cursor}),u={type:"datetime-local",show:v=>Bs(v,s),read:v=>Ws(v,s)},$=[{name:"state",label:"State",options:en},{name:"reason",label:"Reason",options:xt},{name:"user",label:"User",placeholder:"caller or callee"},{name:"caller",label:"Caller"},{name:"callee",label:"Callee"},{name:"door",label:"Door",options:tn},{name:"from",label:"From",...u},{name:"to",label:"To",...u}],f=Math.max(1,...o.map(({talk_ms:v})=>v??0)),[p,m]=as("calls",It,mn),E=A("control")?[...p,Nt]:p,M=o.filter(({state:v})=>v!=="ended").length;return r`
    <div class="screen-head">
      <h1>Calls</h1>${l&&r`<span class="fine">${M?`${S(M,"call")} on this page ${M===1?"goes":"go"} on`:"none on this page goes on"}</span>`}
      <span class="push"></span>
      <${Qn} filters=${n} /><${P} path="/calls" params=${n} />${m}
    </div>
    <${$e} fields=${$} query=${e} setQuery=${t} />
    <${x} error=${c} retry=${d} />
    ${l&&o.length===0&&(Object.keys(n).length||e.cursor?r`<${_i} />`:r`<${Ti} />`)}
    ${o.length>0&&r`<div class="card">
      <${U} caption="Calls, the newest first" testid="calls-table" rowTestid="call-row" columns=${E.map(v=>({...v,render:j=>v.render(j,{longest:f})}))}
        rows=${o} rowKey=${({id:v})=>v} rowClass=${({id:v})=>i.has(v)?"fresh":""} open=${({id:v})=>G(ee(v).slice(1))} />
    </div>`}
    ${(a||e.cursor)&&r`<${_e} cursor=${e.cursor} next=${a} setQuery=${t} shown=${S(o.length,"call")} />`}`}function _i(){return r`<div class="card"><${R} title="No call fits">Take a filter away, or widen the time.<//></div>`}function Ti(){return r`<div class="card"><${R} title="No call yet">
    <p>Calls appear here by themselves. Make the first one in the <a href="/" target="_blank" rel="noopener">demo</a>, or give a client of yours a token:</p>
    <pre tabindex="0">hookswitch token alice</pre>
  <//></div>`}var so=b(()=>{_();Xn();D();C();J();Q();is();ls()});async function Ei(e,t){let s=[],n,o=0;do{let i=await h.get(`/webhooks/${encodeURIComponent(e)}/deliveries`,{limit:500,cursor:n});s.push(...i.items.filter(l=>l.call===t.id).map(l=>({...l,hook:e}))),o+=i.items.length,n=i.items.some(l=>Date.parse(l.at)<Date.parse(t.requested_at))||o>=no?null:i.next_cursor}while(n);return{items:s,isCut:o>=no&&s.length===0}}function oo(e){let t=k(async()=>{let n=await de("/webhooks",{}),o=await Promise.all(n.map(({name:a})=>Ei(a,e))),i=o.flatMap(a=>a.items);return i.sort((a,l)=>a.hook===l.hook?a.seq-l.seq:a.hook<l.hook?-1:1),{items:i,hooks:n.length,isCut:o.some(({isCut:a})=>a)}},[e.id,e.version]),s=e.state!=="ended"||(t.data?.items??[]).some(({state:n})=>n==="pending");return X(Oi,()=>s&&t.reload()),t}function ro({deliveries:{data:e,error:t,reload:s}}){return t?r`<${x} error=${t} retry=${s} />`:e?r`<section class="card" data-testid="call-deliveries"><h2>Deliveries</h2>
    ${e.items.length>0?r`<${U} caption="The call's events on their way to the hooks" columns=${Mi} rows=${e.items} rowKey=${({hook:n,id:o})=>`${n} ${o}`} />`:r`<p class="fine">${e.hooks===0?r`No hook is registered to hear of calls. <a href="#/webhooks">Add one</a>`:e.isCut?r`Too long ago to be looked up here: see <a href="#/deliveries">Deliveries</a>.`:`No event of this call is kept for ${S(e.hooks,"hook")}.`}</p>`}
  </section>`:null}var Oi,no,Mi,ao=b(()=>{_();D();B();C();J();Oi=5e3,no=2e3;Mi=[{key:"hook",title:"Hook",render:({hook:e})=>r`<a href=${I("/webhooks",{name:e})}>${e}</a>`},{key:"seq",title:"Seq",number:!0,render:({seq:e})=>e},{key:"type",title:"Event",render:({type:e})=>r`<code>${e}</code>`},{key:"state",title:"State",render:({state:e})=>r`<${y} word=${e} />`},{key:"attempts",title:"Tries",number:!0,render:({attempts:e})=>e},{key:"status",title:"Last answer",render:({last_status:e,last_error:t})=>e?`HTTP ${e}`:t??""},{key:"tried",title:"Last try",render:({tried_at:e})=>r`<${T} at=${e} short precise />`}]});import{Ladder as Ai,toMermaid as Ii,traceToArrows as Ni}from"/ui/ladder.js";import{HOOK as hs,SERVER as se,lanesFor as Ri,userLane as io}from"/ui/ladder-data.js";import{useEffect as Li,useMemo as Di,useState as lo}from"/vendor/hooks.js";function Ui(e){let[t,s]=[io(e.caller),io(e.callee)],n={caller:t,callee:s,hook:hs,business:se,server:se},o=[],i=(a,l,c,d,u={})=>o.push({id:o.length,at:Date.parse(a.at),from:l,to:c,label:d,json:a,...u});for(let a of e.timeline){let l=n[a.actor]??se;if(a.state==="requested"){i(a,e.placed?se:t,e.placed?t:se,e.placed?"placed":"request");for(let c of e.veto??[]){i(a,se,hs,"veto?",{json:c});let d=new Date(Date.parse(a.at)+c.ms).toISOString(),u=c.verdict==="allow";i({at:d},hs,se,c.verdict,{json:c,took:c.ms,tone:u?"good":"bad",note:c.error_code?String(c.error_code):""})}}else if(a.state==="ringing")i(a,se,s,"request"),i(a,se,t,"reply",{note:H(0)});else if(a.state==="talking")i(a,s,se,"reply",{note:H(0)}),i(a,se,t,"start",{tone:"good",note:`room ${e.room}`}),i(a,se,s,"start",{tone:"good",note:`room ${e.room}`});else{let c={note:H(a.error_code),tone:a.error_code===0?"":"warn"},d=e.started_at?"finish":"reply";(l===t||l===s)&&i(a,l,se,d,c),(l!==t||e.started_at)&&i(a,se,t,d,c),e.ringing_at&&(l!==s||e.started_at)&&i(a,se,s,d,c)}}return{lanes:Ri([e.caller,e.callee],(e.veto??[]).map(({hook:a})=>a)),arrows:o}}function co(e){let[t,s]=lo([]),[n,o]=lo(null),{data:i,error:a}=k(()=>h.get("/trace",{call:e.id,limit:Pi}),[e.id]);return Li(()=>{i&&(s(i.items),o(i.items.at(-1)?.n??0))},[i]),wt(i&&n!==null?{call:e.id,after:n}:null,l=>{s(c=>c.some(({n:d})=>d>=l.n)?c:[...c,l])}),Di(()=>{let l=!a&&t.length>0,c=l?Ni(t,e):Ui(e);return{items:t,ladder:c,isFromTrace:l,isPartial:l&&!ji(t),isLoaded:!!(i||a)}},[t,e.version,a,i])}function uo({call:e,ladder:{ladder:t,isFromTrace:s,isPartial:n,isLoaded:o}}){return o?r`<div class="row">
      ${!s&&r`<p class="fine" data-testid="from-record">The server no longer has the messages of this call; this is drawn from its record.</p>`}
      ${n&&r`<p class="fine">The server no longer has the first messages of this call.</p>`}
      <span class="push"></span><${F} label="Copy as Mermaid" text=${()=>Ii(t)} />
    </div>
    <${Ai} ...${t} live=${e.state!=="ended"} label="What was said in this call" />`:null}var Pi,ji,po=b(()=>{_();D();B();C();Pi=500;ji=e=>e.some(({kind:t,body:s})=>t==="frame"&&(s?.event==="request"||s?.method==="verto.invite"))});import{useEffect as Hi,useState as Fi}from"/vendor/hooks.js";function Bi(e,t=Date.now()){let s=l=>Date.parse(l)-Date.parse(e.requested_at),n=e.ended_at?s(e.ended_at):Math.max(t-Date.parse(e.requested_at),0),o=e.ringing_at?s(e.ringing_at):e.started_at?s(e.started_at):n,i=e.started_at?s(e.started_at):n,a=(e.veto??[]).map(({hook:l,verdict:c,ms:d})=>({name:`veto ${l}`,from:0,to:d,tone:c==="allow"?"good":"bad",note:c}));return{total:Math.max(n,1),lanes:[{name:"requested",from:0,to:o,tone:"info"},...a,e.ringing_at&&{name:"ringing",from:o,to:i,tone:"warn"},e.started_at&&{name:"talking",from:i,to:n,tone:"good"}].filter(Boolean)}}function $o({call:e}){let[t,s]=Fi(Date.now());Hi(()=>{if(e.state==="ended")return;let a=setInterval(()=>s(Date.now()),qi);return()=>clearInterval(a)},[e.state]);let{total:n,lanes:o}=Bi(e,t),i=a=>`${100*Math.min(a,n)/n}%`;return r`<div class="lanes" role="img" aria-label=${`Over ${g(n)}: ${o.map(({name:a,from:l,to:c})=>`${a} ${g(c-l)}`).join(", ")}`}>
    ${o.map(({name:a,from:l,to:c,tone:d,note:u})=>r`<div class="lane" key=${a}>
      <span class="lane-name">${a}</span>
      <div class="lane-track"><div class=${`lane-bar ${d}`} style=${{left:i(l),width:i(c-l)}}></div></div>
      <span class="lane-ms number">${g(c-l)}${u?` ${u}`:""}</span>
    </div>`)}
    <div class="lane" title=${Ce(e)}>
      <span class="lane-name">ended</span>
      <div class="lane-track">${e.ended_at&&r`<div class=${`lane-end ${ye[e.reason]}`}></div>`}</div>
      <span class="lane-ms">${e.ended_at?H(e.error_code):"not yet"}</span>
    </div>
    <div class="lane fine" aria-hidden="true"><span class="lane-name"></span><div class="lane-scale number"><span>0</span><span>${g(n/2)}</span><span>${g(n)}</span></div><span class="lane-ms"></span></div>
  </div>`}var qi,fo=b(()=>{D();C();qi=500});import{toMermaid as Wi}from"/ui/ladder.js";function ho(e,{ladder:t,deliveries:s,isUtc:n}){let o=l=>l?ne(l,{isUtc:n,precise:!0}):"–",i=[["Server",De.value?`hookswitch ${De.value.version}`:""],["Call",`\`${e.id}\``],["Caller",`${e.caller}, ${e.caller_door}, device “${e.caller_device}”`],["Callee",`${e.callee}, ${e.callee_door??"door not known"}, device “${e.callee_device??""}”${e.dialled?`, dialled as ${e.dialled}`:""}`],["Media",We(e.flags)],["Requested",o(e.requested_at)],["Rang",g(e.ring_ms)],["Setup",g(xe(e))],["Talked",g(e.talk_ms)],["Ended",e.ended_at?`${o(e.ended_at)} by ${Ie(e,e.ended_by)}: ${H(e.error_code)} (${e.reason})`:"not yet"]].filter(([,l])=>l),a=[`## ${e.caller} → ${e.callee}, ${o(e.requested_at)}`,Ce(e),Pt(["",""],i),"### Steps",Pt(["version","at","state","by","code"],e.timeline.map(l=>[l.version,o(l.at),l.state,l.actor,l.state==="ended"?`${H(l.error_code)} ${l.reason??""}`:""]))];return e.veto?.length&&a.push("### Veto",Pt(["hook","verdict","ms","policy","code","message"],e.veto.map(l=>[l.hook,l.verdict,l.ms,l.policy,l.error_code,l.message]))),s.length&&a.push("### Deliveries",Pt(["hook","event","state","tries","last answer"],s.map(l=>[l.hook,l.type,l.state,l.attempts,l.last_status??l.last_error]))),a.push("### Ladder",`\`\`\`mermaid
${Wi(t.ladder).trim()}
\`\`\``),a.push(`<details><summary>Record</summary>

\`\`\`json
${JSON.stringify(e,null,2)}
\`\`\`
</details>`),`${a.join(`

`)}
`}var ms,Pt,mo=b(()=>{D();Mt();ms=e=>`| ${e.map(t=>String(t??"").replaceAll("|","\\|").replaceAll(`
`," ")).join(" | ")} |`,Pt=(e,t)=>[ms(e),ms(e.map(()=>"---")),...t.map(ms)].join(`
`)});import{useState as Ki}from"/vendor/hooks.js";function gs(e,t){let s=t.filter(o=>o in e),n=Object.keys(e).filter(o=>!t.includes(o));return Object.fromEntries([...s,...n].map(o=>[o,e[o]]))}function Gi(e,t){if(typeof e=="string")return e;let s=gs({...e.data,call:gs(e.data.call,Object.keys(t))},zi);return JSON.stringify(gs({...e,data:s},Vi))}function Yi({call:e,hook:t,question:s}){let[n,o]=Ki(null),i=async()=>{let{"webhook-id":a,"webhook-timestamp":l,"webhook-signature":c}=s.headers,d=Gi(s.body,e);try{o(await h.post(`/webhooks/${encodeURIComponent(t)}/verify`,{id:a,timestamp:l,signature:c,body:d}))}catch(u){fe(u.message,"bad")}};return n?r`<div class=${`notice ${n.valid?"good":"bad"}`} role="status">
    ${n.valid?"The signature is valid.":"The signature does not fit."}
    ${n.problems.length>0&&r`<ul>${n.problems.map(a=>r`<li>${a}</li>`)}</ul>`}
  </div>`:r`<button type="button" class="small" onClick=${i} data-testid="check-signature">Check the signature</button>`}function go({title:e,item:t}){return r`<details><summary>${e}${t.status?r` <span class="fine">HTTP ${t.status}</span>`:""}</summary>
    ${t.headers&&r`<${ve} value=${t.headers} label=${`Headers of: ${e}`} />`}
    ${t.body&&r`<${ve} value=${t.body} label=${`Body of: ${e}`} />`}</details>`}function Zi({call:e,veto:t,hook:s,items:n}){let o=n.find(({kind:l})=>l==="veto.question"),i=n.find(({kind:l})=>l==="veto.answer"),a=s?.timeout_ms;return r`<div class="stack verdict">
    <div class="row"><strong>${t.hook}</strong><${y} word=${t.verdict} tone=${t.verdict==="allow"?"good":"bad"} />
      <span class="push number">${g(t.ms)}${a?r`<span class="fine"> of ${g(a)}</span>`:""}</span></div>
    ${a&&r`<${Ve} value=${t.ms} limit=${a} label=${`Share of the hook's timeout: ${g(t.ms)} of ${g(a)}`} />`}
    ${t.error_code!==0&&r`<p>Refused with ${H(t.error_code)}</p>`}
    ${t.message&&r`<p>“${t.message}”</p>`}
    ${t.policy&&r`<p class="notice warn">${Ji[t.policy]??t.policy}</p>`}
    ${o&&r`<${go} title="The question" item=${o} />`}
    ${i&&r`<${go} title="The answer" item=${i} />`}
    ${o?.headers&&o.body&&s&&A("admin")&&r`<div><${Yi} call=${e} hook=${t.hook} question=${o} /></div>`}
  </div>`}function bo({call:e,trace:t}){let{data:s}=k(()=>h.get("/webhooks",{limit:500}),[]),n=e.veto??[];if(n.length===0){let o=e.state==="requested"?"The hooks are being asked.":e.placed?"A call that the API places is put to no hook.":"No hook was asked before it rang.";return r`<section class="card"><h2>Veto</h2><p class="fine">${o}</p></section>`}return r`<section class="card" data-testid="veto"><h2>Veto</h2>
    ${n.map(o=>r`<${Zi} key=${o.hook} call=${e} veto=${o} hook=${s?.items.find(({name:i})=>i===o.hook)} items=${t.filter(({hook:i})=>i===o.hook)} />`)}
  </section>`}var Ji,Vi,zi,yo=b(()=>{_();D();B();C();Ji={allow:"The hook gave no verdict; its policy, to allow, decided.",refuse:"The hook gave no verdict; its policy, to refuse, decided."},Vi=["type","timestamp","data"],zi=["event","event_type","source_user","target_user","error_code","flags","param","user_str","seq","call"]});var So={};re(So,{default:()=>ko});import{useEffect as vo,useState as Qi}from"/vendor/hooks.js";async function Xi(e){let t=[[e.caller,e.callee],[e.callee,e.caller]],s=await Promise.all(t.map(([a,l])=>h.get("/calls",{caller:a,callee:l,to:e.requested_at,limit:2}))),n=await Promise.all(t.map(([a,l])=>h.get("/calls",{caller:a,callee:l,from:e.requested_at,limit:500}))),o=a=>a.flatMap(({items:l})=>l.map(({id:c})=>c)),i=n.some(({next_cursor:a})=>a);return{previous:o(s).filter(a=>a<e.id).sort().at(-1),next:i?void 0:o(n).filter(a=>a>e.id).sort()[0]}}function el({call:e,ladder:t,deliveries:s,reload:n}){let o=N(Z),{data:i}=k(()=>Xi(e),[e.id,e.state]),a=(c,d)=>c?r`<a class="button small" href=${ee(c)}>${d}</a>`:r`<button type="button" class="small" disabled>${d}</button>`,l=async()=>{await ze(e)&&n()};return r`<div class="screen-head">
      <h1><${W} name=${e.caller} /> <span class="fine">→</span> <${W} name=${e.callee} /></h1>
      <${Le} call=${e} />
      ${e.state!=="ended"&&r`<strong><${ge} since=${e.started_at??e.requested_at} /></strong>`}
      <span class="push"></span>
      ${a(i?.previous,"← Previous")}${a(i?.next,"Next →")}
      <${F} label="Copy id" text=${e.id} />
      <${F} label="Copy as bug report" text=${()=>ho(e,{ladder:t,deliveries:s,isUtc:o})} testid="copy-report" />
      <${P} path=${`/calls/${e.id}`} />
      ${A("control")&&e.state!=="ended"&&r`<button type="button" class="small danger" onClick=${l} data-testid="finish-call">Finish</button>`}
    </div>
    <p class="said" data-testid="sentence">${Ce(e)}</p>`}function tl({call:e}){let t=(n,o)=>`${n??"not known"}${o==null?"":` · ${o||"unnamed device"}`}`,s=[["Caller",r`<${W} name=${e.caller} /> <span class="fine">${t(e.caller_door,e.caller_device)}</span>`],["Callee",r`<${W} name=${e.callee} /> <span class="fine">${t(e.callee_door,e.callee_device)}</span>`],e.dialled&&["Dialled",r`${e.dialled} <span class="fine">a hook routed it to ${e.callee}</span>`],["Requested",r`<${T} at=${e.requested_at} precise />`],["Rang",e.ringing_at?e.ring_ms===null?r`<${ge} since=${e.ringing_at} />`:g(e.ring_ms):"never"],["Talked",e.started_at?e.talk_ms===null?r`<${ge} since=${e.started_at} />`:g(e.talk_ms):"never"],e.started_at&&["Setup",r`${g(xe(e))} <span class="fine">from the request to the start</span>`],e.ended_at&&["Ended by",Ie(e,e.ended_by)],e.ended_at&&["Code",r`<${un} value=${e.error_code} /> <span class="fine">${e.reason}</span>`],["Media",`${We(e.flags)}${e.param?` · param ${e.param}`:""}`],e.room&&["Room",e.room],e.user_str&&["Text",r`<code>${e.user_str}</code>`],e.placed&&["Placed by","the API"],["Id",r`<code>${e.id}</code>`]];return r`<section class="card"><h2>Facts</h2><dl class="facts">${s.filter(Boolean).map(([n,o])=>r`<dt>${n}</dt><dd>${o}</dd>`)}</dl>
    <a href=${I("/calls",{caller:e.caller,callee:e.callee})}>All calls from ${e.caller} to ${e.callee}</a></section>`}function sl({call:e}){let t=Date.parse(e.timeline[0]?.at??e.requested_at);return r`<${U} caption="Every step of the call" columns=${[{key:"version",title:"Version",number:!0,render:n=>n.version},{key:"at",title:"At",render:n=>r`<${T} at=${n.at} precise />`},{key:"after",title:"After",number:!0,render:n=>g(Date.parse(n.at)-t)},{key:"state",title:"State",render:n=>r`<${y} word=${n.state} />`},{key:"actor",title:"By",render:n=>Ie(e,n.actor)},{key:"code",title:"Code",render:n=>n.state==="ended"?`${H(n.error_code)}${n.reason?` (${n.reason})`:""}`:""}]} rows=${e.timeline} rowKey=${({version:n})=>String(n)} />`}function nl({call:e,query:t,setQuery:s,reload:n}){let o=co(e),i=oo(e),a=wo.some(([l])=>l===t.tab)?t.tab:"ladder";return r`
    <${el} call=${e} ladder=${o} deliveries=${i.data?.items??[]} reload=${n} />
    <section class="card"><${$o} call=${e} /></section>
    <div class="beside">
      <div class="stack">
        <section class="card">
          <${Te} tabs=${wo} chosen=${a} choose=${l=>s({tab:l==="ladder"?"":l})} label="The call as" />
          ${a==="ladder"&&r`<${uo} call=${e} ladder=${o} />`}
          ${a==="steps"&&r`<${sl} call=${e} />`}
          ${a==="json"&&r`<div class="row"><span class="push"></span><${F} label="Copy JSON" text=${()=>JSON.stringify(e,null,2)} /></div><${ve} value=${e} label="The call as JSON" />`}
        </section>
        <${ro} deliveries=${i} />
      </div>
      <div class="stack"><${bo} call=${e} trace=${o.items} /><${tl} call=${e} /></div>
    </div>`}function ko({params:e,query:t,setQuery:s}){let[n,o]=Qi(!1),{data:i,error:a,reload:l}=k(()=>h.get(`/calls/${encodeURIComponent(e.id)}`),[e.id]);return z(({event:c,data:{data:d}})=>{(c==="gap"||d?.call?.id===e.id)&&l()}),vo(()=>o(a?.status===404||a?.status===400),[a]),vo(()=>{i&&(document.title=`${i.caller} → ${i.callee}, ${ne(i.requested_at).slice(11)} · hookswitch console`)},[i?.id]),n?r`<div class="card"><${R} title="There is no such call">It may be older than what is kept, or its id was cut. <a href="#/calls">Look through the calls</a><//></div>`:r`<${x} error=${a} retry=${l} />${i&&r`<${nl} call=${i} query=${t} setQuery=${s} reload=${l} />`}`}var wo,xo=b(()=>{it();_();D();B();C();J();Q();ao();po();fo();mo();yo();wo=[["ladder","Ladder"],["steps","Steps"],["json","JSON"]]});import{useState as bs}from"/vendor/hooks.js";function Ut({user:e=""}){let[t,s]=bs(!1);return r`<button type="button" class="small" onClick=${()=>s(!0)} data-testid="mint">Mint a token</button>
    ${t&&r`<${rl} user=${e} close=${()=>s(!1)} />`}`}function rl({user:e,close:t}){let[s,n]=bs(null),o=async i=>{i.preventDefault();let a=new FormData(i.target);await ie(async()=>n(await h.post("/tokens",{user:a.get("user"),ttl_secs:Number(a.get("ttl_secs"))})))};return s?r`<${ae} title="The token, shown this once" onClose=${t} testid="minted">
      <p>Its bearer is that user until <${T} at=${s.expires_at} />. It is kept nowhere.</p>
      <pre class="wrap" tabindex="0" data-testid="token">${s.token}</pre>
      <div class="row"><${F} text=${s.token} label="Copy the token" /><button type="button" class="push" onClick=${t}>Done</button></div>
    <//>`:r`<${ae} title="Mint a token" onClose=${t}>
    <form class="stack" onSubmit=${o}>
      <${V} label="User" hint="Who the bearer will be. Nobody needs to be registered first.">
        <input name="user" required pattern="[A-Za-z0-9._@:+\\-]+" maxlength="128" defaultValue=${e} autocomplete="off" autocapitalize="none" spellcheck=${!1} data-testid="mint-user" /><//>
      <${V} label="Good for"><select name="ttl_secs" defaultValue="3600">${ol.map(([i,a])=>r`<option value=${i} selected=${i===3600}>${a}</option>`)}</select><//>
      <div class="row"><button type="button" class="push" onClick=${t}>Cancel</button><button class="primary" data-testid="mint-confirm">Mint</button></div>
    </form>
  <//>`}function jt({user:e="",label:t="Add an account",onDone:s}){let[n,o]=bs(!1),i=async a=>{a.preventDefault();let l=new FormData(a.target),c=l.get("user")??e;await ie(()=>h.put(`/users/${encodeURIComponent(c)}`,{password:l.get("password")}),`${c} may log in with that password.`)&&(o(!1),s?.())};return r`<button type="button" class="small" onClick=${()=>o(!0)} data-testid="account">${t}</button>
    ${n&&r`<${ae} title=${e?`A password for ${e}`:"An account with a password"} onClose=${()=>o(!1)}>
      <form class="stack" onSubmit=${i}>
        ${!e&&r`<${V} label="User"><input name="user" required pattern="[A-Za-z0-9._@:+\\-]+" maxlength="128" autocomplete="off" autocapitalize="none" data-testid="account-user" /><//>`}
        <${V} label="Password" hint="Kept as an argon2id hash. Sessions that are there stay.">
          <input name="password" type="password" required maxlength="1024" autocomplete="new-password" data-testid="account-password" /><//>
        <div class="row"><button type="button" class="push" onClick=${()=>o(!1)}>Cancel</button><button class="primary" data-testid="account-confirm">Set the password</button></div>
      </form>
    <//>`}`}var ol,ys=b(()=>{_();C();ol=[[300,"5 minutes"],[3600,"1 hour"],[86400,"1 day"],[2592e3,"30 days"],[31536e3,"1 year"]]});var Oo={};re(Oo,{Status:()=>Ht,default:()=>To,statusOf:()=>_o});function _o({online:e,call:t}){return t?t.state:e?"idle":"offline"}function Ht({user:e}){let t=_o(e);return r`<${y} word=${t}>${t==="idle"&&r`<span class="dot good"></span>`}${t}<//>`}function To({query:e,setQuery:t}){let s={online:e.online,limit:100,cursor:e.cursor},{data:n,error:o,reload:i}=k(()=>h.get("/users",s),[e.online,e.cursor]),a=ue(i,al);z(a);let l=[{name:"online",label:"Online",options:["true","false"]}],c={key:"kick",title:r`<span class="unseen">Actions</span>`,render:({user:u,online:$})=>$&&r`<button type="button" class="small danger" data-testid="kick" onClick=${()=>At(u).then(i)}>Kick</button>`},d=n?.items??[];return r`
    <div class="screen-head"><h1>Users</h1>${n&&r`<span class="fine">${S(d.filter(({online:u})=>u).length,"user")} of this page online</span>`}
      <span class="push"></span>
      ${A("admin")&&r`<${Ut} /><${jt} onDone=${i} />`}
      <${P} path="/users" params=${{online:e.online}} />
    </div>
    <${$e} fields=${l} query=${e} setQuery=${t} />
    <${x} error=${o} retry=${i} />
    ${n&&d.length===0&&r`<div class="card"><${R} title=${e.online==="false"?"Nobody with an account is away":"Nobody is here"}>
      <p>Whoever has a token may log in under its name; nobody needs to be registered first. Open the <a href="/" target="_blank" rel="noopener">demo</a>, or mint a token:</p>
      <pre tabindex="0">hookswitch token alice</pre><//></div>`}
    ${d.length>0&&r`<div class="card"><${U} caption="Users by name" testid="users-table" rowTestid="user-row" columns=${A("control")?[...Co,c]:Co} rows=${d}
      rowKey=${({user:u})=>u} open=${({user:u})=>G(Ke(u).slice(1))} /></div>`}
    ${(n?.next_cursor||e.cursor)&&r`<${_e} cursor=${e.cursor} next=${n?.next_cursor} setQuery=${t} first="First" before="Before" after="After" />`}`}var al,il,Co,vs=b(()=>{it();_();D();B();C();J();ys();al=400;il=({sessions:e})=>e.map(({since:t})=>t).sort()[0],Co=[{key:"user",title:"User",render:({user:e})=>r`<${W} name=${e} />`},{key:"status",title:"Status",render:e=>r`<${Ht} user=${e} />`},{key:"call",title:"Call",render:({user:e,call:t})=>t&&r`<${oe} id=${t.id}>with ${t.caller===e?t.callee:t.caller}<//>`},{key:"devices",title:"Devices",render:({sessions:e})=>e.map(({session:t,device:s,connected:n})=>r`<${y} key=${t} word=${s||"unnamed"} tone=${n?"":"warn"} title=${n?"connected":"the line is lost, the grace period runs"} /> `)},{key:"door",title:"Doors",render:({sessions:e})=>[...new Set(e.map(({door:t})=>t))].join(", ")},{key:"address",title:"Addresses",render:({sessions:e})=>r`<span class="mono">${[...new Set(e.map(({address:t})=>t).filter(Boolean))].join(", ")}</span>`},{key:"since",title:"Since",render:e=>r`<${T} at=${il(e)} short />`}]});var Ao={};re(Ao,{default:()=>Mo});function ul({user:e,reload:t}){let{call:s}=e;if(!s)return null;let n=s.caller===e.user?s.callee:s.caller;return r`<section class="card"><div class="row"><h2>In a call</h2><${Le} call=${s} /><span>with <${W} name=${n} /></span>
    <strong><${ge} since=${s.started_at??s.requested_at} /></strong><a class="push" href=${ee(s.id)}>Open the call</a>
    ${A("control")&&r`<button type="button" class="small danger" data-testid="finish-call" onClick=${()=>ze(s).then(t)}>Finish</button>`}</div></section>`}function Mo({params:e}){let t=e.user,s=k(()=>h.get(`/users/${encodeURIComponent(t)}`),[t]),n=k(()=>h.get("/calls",{user:t,limit:20}),[t]),o=()=>Promise.all([s.reload(),n.reload()]),i=ue(o,ll);z(({event:c,data:{data:d}})=>{(c==="gap"||d?.user===t||d?.call?.caller===t||d?.call?.callee===t)&&i()});let{data:a}=s,l=n.data?.items??[];return r`
    <div class="screen-head"><h1>${t}</h1>${a&&r`<${Ht} user=${a} />`}<span class="push"></span>
      ${A("admin")&&r`<${Ut} user=${t} /><${jt} user=${t} label="Set a password" onDone=${o} />
        <button type="button" class="small danger" onClick=${()=>hn(t).then(o)} data-testid="delete-account">Delete the account</button>`}
      ${A("control")&&a?.online&&r`<button type="button" class="small danger" data-testid="kick" onClick=${()=>At(t).then(o)}>Kick</button>`}
      <${P} path=${`/users/${encodeURIComponent(t)}`} />
    </div>
    <${x} error=${s.error??n.error} retry=${o} />
    ${a&&r`<${ul} user=${a} reload=${o} />
      <section class="card"><h2>Sessions</h2>${a.sessions.length>0?r`<${U} caption="Sessions" testid="sessions-table" columns=${a.sessions.some(({channels:c})=>c?.length)?[...Eo,cl]:Eo} rows=${a.sessions} rowKey=${({session:c})=>c} />`:r`<p class="fine">No device is logged in. Calls to ${t} end with 100102 offline.</p>`}</section>`}
    ${n.data&&r`<section class="card"><div class="row"><h2>Calls</h2><a class="push" href=${I("/calls",{user:t})}>All calls of ${t}</a>
        <a href=${I("/trace",{user:t})}>Trace ${t}</a></div>
      ${l.length>0?r`<${U} caption=${`The last calls of ${t}`} columns=${dl.map(c=>({...c,render:d=>c.render(d,t)}))} rows=${l} rowKey=${({id:c})=>c} open=${({id:c})=>G(ee(c).slice(1))} />`:r`<${R} title=${`${t} was in no call yet`}>Any name may log in with a token of its own; check the spelling if you expected calls.<//>`}
    </section>`}`}var ll,Eo,cl,dl,Io=b(()=>{it();_();D();B();C();J();vs();ys();ll=250,Eo=[{key:"device",title:"Device",render:({device:e})=>e||r`<span class="fine">unnamed</span>`},{key:"line",title:"Line",render:({connected:e})=>r`<${y} word=${e?"connected":"lost"} tone=${e?"good":"warn"} title=${e?void 0:"The session waits for the client to come back."} />`},{key:"door",title:"Door",render:({door:e})=>e},{key:"address",title:"Address",render:({address:e})=>r`<span class="mono">${e}</span>`},{key:"since",title:"Since",render:({since:e})=>r`<${T} at=${e} />`},{key:"client",title:"Client",render:({client:e})=>r`<span class="fine clip" title=${e}>${e??""}</span>`},{key:"session",title:"Session",render:({session:e})=>r`<code title=${e}>…${e.slice(-12)}</code>`}],cl={key:"channels",title:"Channels",render:({channels:e})=>e?.map(t=>r`<${y} key=${t} word=${t} /> `)},dl=[{key:"requested",title:"Requested",render:e=>r`<${T} at=${e.requested_at} short />`},{key:"way",title:"Way",render:(e,t)=>e.caller===t?"to":"from"},{key:"other",title:"With",render:(e,t)=>r`<${W} name=${e.caller===t?e.callee:e.caller} />`},{key:"outcome",title:"State or end",render:e=>r`<${Le} call=${e} />`},{key:"talked",title:"Talked",number:!0,render:e=>e.state==="talking"?r`<${ge} since=${e.started_at} />`:g(e.talk_ms)},{key:"id",title:"Id",render:e=>r`<${oe} id=${e.id} />`}]});async function No(e){let t=`/webhooks/${encodeURIComponent(e)}/deliveries`,[s,n]=await Promise.all([h.get(t,{limit:pl}),h.get(t,{state:"pending",limit:fl})]),o=i=>s.items.filter(i).length;return{delivered:o(({state:i})=>i==="delivered"),dead:o(({state:i})=>i==="dead"),failing:o(({state:i,attempts:a})=>i==="pending"&&a>0),waiting:n.items.length,isMore:!!n.next_cursor,lastError:s.items.find(({state:i,last_error:a})=>i!=="delivered"&&a)?.last_error??null}}async function Ro(){let{items:e}=await h.get("/calls",{limit:$l}),t=new Map;for(let{hook:s,ms:n}of e.flatMap(({veto:o})=>o??[]))t.has(s)||t.set(s,[]),t.get(s).push(n);return new Map([...t].map(([s,n])=>{let o=n.sort((a,l)=>a-l),i=a=>o[Math.min(o.length-1,Math.ceil(o.length*a)-1)];return[s,{verdicts:o.length,p50:i(.5),p95:i(.95)}]}))}function Ft({delivered:e,dead:t,failing:s}){let n=e+t+s;return n===0?null:e/n}var pl,$l,fl,ws=b(()=>{_();pl=200,$l=200,fl=500});function Lo({ok:e,status:t,latency_ms:s,error:n},o){if(e){let a=o.veto&&s>o.timeout_ms/2?`Verdicts are waited for ${o.timeout_ms} ms, and this took more than half of that. Make the receiver faster, or wait longer.`:"It is reached, and it answers. Check in the receiver that it verifies the signature.";return{title:`Answered ${t} in ${s} ms`,advice:a}}return t?{title:`Answered ${t} in ${s} ms`,advice:hl[t]??ml(t)}:{title:`No answer: ${n??"unknown cause"}`,advice:gl(n??"")}}function ml(e){return e>=500?"The receiver failed while it handled the message. Its own log says why; the server would try again.":e>=300&&e<400?"Redirects are not followed. Register the address it redirects to.":"The receiver refuses the message. An event that is answered like this is given up at once, and can be replayed."}function gl(e){return/no answer within/.test(e)?"The receiver is too slow or hangs. It should answer first and work afterwards.":/address refused/.test(e)?"The server does not call this address. Private addresses need webhooks.allow_private = true.":/refused/i.test(e)?"Nothing listens at this address and port. Is the receiver running, and reachable from the server?":/certificate|tls|handshake/i.test(e)?"TLS failed. Is the certificate valid for this name, and from an authority that the server knows?":/dns|lookup|resolve|no address/i.test(e)?"The name has no address. Check the host in the URL, and the server’s DNS.":"The connection broke before an answer came. The receiver’s log may say why."}var ks,Ge,hl,Ss,qt,Ye=b(()=>{ks=[{group:"call.*",doc:"every step of every call",events:[["call.requested","somebody calls"],["call.ringing","the callee’s devices ring"],["call.started","they talk"],["call.finished","it is over, with code and reason"]]},{group:"user.*",doc:"who comes and goes",events:[["user.online","a user’s first session"],["user.offline","a user’s last session is gone"]]},{group:"worker.*",doc:"media workers",events:[["worker.failed","a media worker died"]]}],Ge={allow:{tone:"warn",label:"allow on failure",consequence:"Calls go through unasked while the hook is down or slow. Nobody is cut off, and nobody is stopped either."},refuse:{tone:"bad",label:"refuse on failure",consequence:"Nobody can call anybody while the hook is down. Callers get 207 where it was too slow, 206 otherwise."}},hl={400:"The receiver could not read the message. It must take a JSON body.",401:"The receiver does not take the signature. Does it have this hook’s secret, and does it check the body as it came, byte for byte? The verifier below says why a signature fails.",403:"The receiver does not take the signature, or something in front of it asks for a login. The verifier below says why a signature fails.",404:"There is no such path at the receiver. Check the URL.",405:"The receiver does not take POST at this path.",408:"The receiver gave up waiting. The server would try again.",410:"The answer 410 says “no more events”: after an event it would stop this hook. Answer 2xx instead.",413:"The receiver takes no message of this size. An event with a call has some two kilobytes.",415:"The receiver does not take application/json.",429:"The receiver asks for fewer messages. The server would try again, and honours Retry-After."};Ss=`import { createServer } from 'node:http';

createServer(async (request, response) => {
  const { type, data } = JSON.parse(Buffer.concat(await request.toArray()));
  console.log(type, data.source_user ?? '', data.target_user ?? '');
  const isBlocked = type === 'call.request' && data.target_user === 'blocked';
  const verdict = isBlocked ? { error_code: 403, message: 'not today' } : { error_code: 0 };
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify(verdict));
}).listen(9000, '127.0.0.1');
`,qt=[{language:"Python",path:"/docs/receivers/verify.py"},{language:"Node",path:"/docs/receivers/verify.mjs"},{language:"Go",path:"/docs/receivers/verify.go"},{language:"PHP",path:"/docs/receivers/verify.php"},{language:"Ruby",path:"/docs/receivers/verify.rb"}]});import{useState as xs}from"/vendor/hooks.js";function Po({hook:e,taken:t,onSaved:s,onClose:n}){let[o,i]=xs(()=>yl(e)),[a,l]=xs(null),[c,d]=xs(!1),u=p=>i(m=>({...m,...p})),$=!e&&t.includes(o.name),f=async p=>{if(p.preventDefault(),!$){d(!0);try{s(await h.put(`/webhooks/${encodeURIComponent(o.name)}`,Cs(o)))}catch(m){l(m),d(!1)}}};return r`
    <div class="screen-head"><h1>${e?`Edit ${e.name}`:"Add a webhook"}</h1></div>
    <form class="stack guided" onSubmit=${f} data-testid="webhook-form">
      <fieldset class="card">
        <legend class="unseen">Where it is</legend>
        <h2><span class="step">1</span> Where is it?</h2>
        <${V} label="Name" hint="letters, digits, dots, dashes, underscores; lists and records name it so">
          <input value=${o.name} onInput=${({target:p})=>u({name:p.value})} required pattern=${bl.source} maxlength="64"
            readonly=${!!e} autofocus=${!e} autocomplete="off" spellcheck=${!1} data-testid="webhook-name" />
        <//>
        ${$&&r`<p class="problem" role="alert">There is a hook of this name. Open that one to change it.</p>`}
        <${V} label="URL" hint="the server POSTs signed JSON to it; redirects are not followed">
          <input type="url" value=${o.url} onInput=${({target:p})=>u({url:p.value})} required pattern="https?://.+" maxlength="2048"
            placeholder="https://business.example.org/hooks/calls" spellcheck=${!1} data-testid="webhook-url" />
        <//>
        <${V} label="Description" hint="in your own words; may be left out">
          <input value=${o.description} onInput=${({target:p})=>u({description:p.value})} maxlength="300" data-testid="webhook-description" />
        <//>
      </fieldset>
      <fieldset class="card">
        <legend class="unseen">What it does</legend>
        <h2><span class="step">2</span> What does it do?</h2>
        <label class="choice">
          <input type="checkbox" checked=${o.veto} onChange=${({target:p})=>u({veto:p.checked})} data-testid="webhook-veto" />
          <span><strong>It decides about calls (veto)</strong> <span class="fine">It is asked before anything rings, and may allow, refuse or route the call. The caller waits for it.</span></span>
        </label>
        <${vl} chosen=${o.events} choose=${p=>u({events:p})} />
      </fieldset>
      ${o.veto&&r`<${wl} form=${o} put=${u} />`}
      <fieldset class="card">
        <legend class="unseen">Save</legend>
        <h2><span class="step">${o.veto?4:3}</span> ${e?"Save it":"Save it, and get the secret"}</h2>
        <p class="fine">${e?"The secret stays as it is. A hook that a 410 had stopped starts again.":"The server makes the signing secret and shows it once, on the next page. Then a test event can be sent."}</p>
        ${!o.veto&&o.events.length===0&&r`<p class="notice warn">With neither the veto nor an event, the hook does nothing.</p>`}
        <${x} error=${a} />
        <div class="row">
          <button type="button" class="push" onClick=${n}>Cancel</button>
          <button class="primary" disabled=${c||$} data-testid="save-webhook">${e?"Save":"Save the webhook"}</button>
        </div>
      </fieldset>
    </form>`}function yl(e){if(!e)return{name:"",url:"",description:"",veto:!1,events:["call.*"],on_failure:"",timeout_ms:String(Do),enabled:!0};let{name:t,url:s,description:n,veto:o,events:i,on_failure:a,timeout_ms:l,enabled:c}=e;return{name:t,url:s,description:n,veto:o,events:i,on_failure:a,timeout_ms:String(l),enabled:c}}function Cs({url:e,description:t,veto:s,events:n,on_failure:o,timeout_ms:i,enabled:a}){return{url:e.trim(),description:t,veto:s,events:n,on_failure:o||"allow",timeout_ms:Number(i)||Do,enabled:a}}function vl({chosen:e,choose:t}){let s=e.includes("*"),n=(a,l=[])=>({target:c})=>{let d=e.filter(u=>u!==a&&!l.includes(u));t(c.checked?[...d,a]:d)},o=ks.flatMap(({group:a,events:l})=>[a,...l.map(([c])=>c)]),i=(a,l,{isCovered:c=!1,covers:d}={})=>r`
    <label class="choice">
      <input type="checkbox" checked=${c||e.includes(a)} disabled=${c} onChange=${n(a,d)} data-testid=${`event-${a}`} />
      <span><code>${a}</code> <span class="fine">${l}</span></span>
    </label>`;return r`
    <h3>Which events it hears</h3>
    ${i("*","everything, also what later versions add",{covers:o})}
    <div class="event-groups">
      ${ks.map(({group:a,doc:l,events:c})=>r`
        <div class="stack" key=${a}>
          ${i(a,l,{isCovered:s,covers:c.map(([d])=>d)})}
          <div class="stack indent">${c.map(([d,u])=>i(d,u,{isCovered:s||e.includes(a)}))}</div>
        </div>`)}
    </div>`}function wl({form:e,put:t}){return r`
    <fieldset class="card">
      <legend class="unseen">When it gives no verdict</legend>
      <h2><span class="step">3</span> And when it gives no verdict?</h2>
      <p class="fine">A hook that is down, too slow or confused gives none. Choose what is worse for you: a call that should not have been, or none at all.</p>
      ${Object.entries(Ge).map(([s,{label:n,consequence:o}])=>r`
        <label class="choice" key=${s}>
          <input type="radio" name="on-failure" value=${s} required checked=${e.on_failure===s} onChange=${()=>t({on_failure:s})} data-testid=${`on-failure-${s}`} />
          <span><strong>${n}</strong> <span class="fine">${o}</span></span>
        </label>`)}
      <${V} label="How long a verdict is waited for, in milliseconds" hint="10 to 30000; callers wait this long at worst">
        <input type="number" min="10" max="30000" step="1" required value=${e.timeout_ms} onInput=${({target:s})=>t({timeout_ms:s.value})} data-testid="webhook-timeout" />
      <//>
    </fieldset>`}var bl,Do,_s=b(()=>{_();C();Ye();bl=/^[A-Za-z0-9][A-Za-z0-9._\-]{0,63}$/,Do=1e3});function ut({text:e,what:t,testid:s}){return r`
    <div class="notice warn stack">
      <p><strong>This ${t} is shown once.</strong> Put it where it is needed now; the server does not show it again.</p>
      <div class="row">
        <code class="secret" data-testid=${s} tabindex="0">${e}</code>
        <${F} text=${e} />
      </div>
    </div>`}var Ts=b(()=>{C()});function Bt({hook:e}){return e.enabled?e.stopped_at?r`<${y} tone="bad" title="It answered 410, so it hears no events until it is saved again">stopped by 410<//>`:r`<${y} tone="good">on<//>`:r`<${y} tone="warn">paused<//>`}function Wt({hook:e}){if(!e.veto)return r`<span class="fine">not asked</span>`;let{tone:t,label:s,consequence:n}=Ge[e.on_failure];return r`<${y} tone=${t} title=${n}>${s}<//>`}function Kt(){return r`
    <div class="stack">
      <div class="row"><h3>A receiver in ten lines</h3><span class="push"></span><${F} text=${Ss} /></div>
      <p class="fine">Save it as <code>hook.mjs</code>, run <code>node hook.mjs</code>, and register <code>http://127.0.0.1:9000/</code>. It refuses calls to “blocked”.
        Whole ones, which verify signatures too: ${kl.map(([e,t])=>r`<a key=${t} href=${t}>${e}</a> `)}</p>
      <pre tabindex="0" role="region" aria-label="a receiver in ten lines">${Ss}</pre>
    </div>`}var kl,Os=b(()=>{C();Ye();kl=[["Python","/docs/receivers/receiver.py"],["Node","/docs/receivers/receiver.mjs"],["Go","/docs/receivers/receiver.go"]]});import{useState as Es}from"/vendor/hooks.js";function Uo({hook:e,path:t}){let[s,n]=Es(null),[o,i]=Es(null),[a,l]=Es(!1),c=async()=>{l(!0),i(null);try{n(await h.post(`${t}/test`))}catch(u){i(u)}l(!1)},d=s&&Lo(s,e);return r`
    <section class="card" data-testid="webhook-test">
      <h2>Send a test event</h2>
      <p class="fine">The server POSTs a signed <code>ping</code> to the hook now, and tells how it went.</p>
      <div class="row">
        <button type="button" class="primary" onClick=${c} disabled=${a} data-testid="send-test">${a?"Sending…":"Send a test event"}</button>
        <${P} method="POST" path=${`${t}/test`} />
      </div>
      <${x} error=${o} />
      ${d&&r`<div class=${`notice ${s.ok?"good":"bad"}`} role="status" data-testid="test-result">
        <strong>${d.title}</strong><p>${d.advice}</p>
      </div>`}
    </section>`}var jo=b(()=>{_();C();Ye()});import{useState as Jt}from"/vendor/hooks.js";async function Sl(e){let t=await fetch(e);if(!t.ok)throw new Error(`The server has no ${e}.`);return t.text()}function Ho(){let[e,t]=Jt(qt[0].language),{path:s}=qt.find(a=>a.language===e),{data:n,error:o,reload:i}=k(()=>Sl(s),[s]);return r`
    <section class="card" data-testid="snippets">
      <div class="row"><h2>Verify its messages</h2><span class="push"></span>${n&&r`<${F} text=${n} />`}</div>
      <p class="fine">Anybody can POST to your receiver; only the server can sign. Check the signature over the body as it came, before reading it.</p>
      <${Te} tabs=${qt.map(a=>[a.language,a.language])} chosen=${e} choose=${t} label="Language" />
      ${o&&r`<div class="notice row">
        <span>${o.message} The scheme is that of Standard Webhooks: any of its libraries verifies the messages too.</span>
        <button type="button" class="small push" onClick=${i}>Try again</button>
      </div>`}
      ${n&&r`<pre class="snippet" tabindex="0" role="region" aria-label=${`verification in ${e}`}>${n}</pre>
        <p class="fine">The same file: <a href=${s}>${s}</a></p>`}
    </section>`}function Fo({path:e}){let[t,s]=Jt({id:"",timestamp:"",signature:"",body:""}),[n,o]=Jt(null),[i,a]=Jt(null),l=d=>{s(u=>({...u,...d})),o(null)};return r`
    <section class="card" data-testid="verifier">
      <h2>Why does a signature fail?</h2>
      <p class="fine">Paste what your receiver got: three headers, and the body byte for byte. Nothing is kept.</p>
      <form class="stack" onSubmit=${async d=>{d.preventDefault(),a(null);try{o(await h.post(`${e}/verify`,t))}catch(u){a(u)}}}>
        ${xl.map(({name:d,label:u,hint:$})=>r`
          <${V} key=${d} label=${u} hint=${$}>
            <input class="mono" value=${t[d]} onInput=${({target:f})=>l({[d]:f.value})} autocomplete="off" spellcheck=${!1} data-testid=${`verify-${d}`} />
          <//>`)}
        <${V} label="body">
          <textarea class="mono" value=${t.body} onInput=${({target:d})=>l({body:d.value})} spellcheck=${!1} data-testid="verify-body"></textarea>
        <//>
        <div class="row"><button class="primary" data-testid="verify">Verify</button></div>
      </form>
      <${x} error=${i} />
      ${n&&r`<div class=${`notice ${n.valid?n.problems.length>0?"warn":"good":"bad"}`} role="status" data-testid="verify-result">
        <strong>${n.valid?"The signature is good.":"The signature is not good."}</strong>
        ${n.problems.length>0&&r`<ul>${n.problems.map(d=>r`<li>${d}</li>`)}</ul>`}
      </div>`}
    </section>`}var xl,qo=b(()=>{_();B();C();Ye();xl=[{name:"id",label:"webhook-id"},{name:"timestamp",label:"webhook-timestamp",hint:"seconds since 1970"},{name:"signature",label:"webhook-signature",hint:"v1,…"}]});import{useState as Cl}from"/vendor/hooks.js";function Bo({hook:e,secret:t,forgetSecret:s,reload:n,show:o}){let[i,a]=Cl(null),{name:l}=e,c=`/webhooks/${encodeURIComponent(l)}`,d=e.source==="file",u=A("admin")&&!d,$=async()=>{let m=e.veto?"It is neither asked nor told until it is resumed: calls go through without its veto. Events of that time are lost to it.":"It hears nothing until it is resumed. Events of that time are lost to it.";if(e.enabled&&!await te({title:`Pause ${l}?`,body:m,action:"Pause"}))return;let E=e.enabled?`${l} is paused.`:`${l} is on again.`;await ie(()=>h.put(c,{...Cs(e),enabled:!e.enabled}),E)&&n()},f=async()=>{await te({title:`Rotate the secret of ${l}?`,body:"The server makes a new secret and shows it once. For 24 hours both sign, so that the receiver can be changed in peace; then only the new one does.",action:"Rotate"})&&await ie(async()=>a((await h.post(`${c}/rotate-secret`)).secret))},p=async()=>{let m=`The hook is neither asked nor told any more, and ${e.fares?.waiting?`the ${S(e.fares.waiting,"event")} that wait for it are`:"what waits for it is"} given up. Its secret is gone for good.`;await te({title:`Delete ${l}?`,body:m,action:"Delete"})&&await ie(()=>h.del(c),`${l} is deleted.`)&&(n(),o({}))};return r`
    <div class="screen-head">
      <a class="button quiet small" href=${I("/webhooks")}>← all hooks</a>
      <h1 data-testid="webhook-title">${l}</h1>
      <${Bt} hook=${e} />
      <span class="push"></span>
      ${u&&r`
        <button type="button" onClick=${()=>o({hook:l,form:"edit"})} data-testid="edit-webhook">Edit</button>
        <button type="button" onClick=${$} data-testid="pause-webhook">${e.enabled?"Pause":"Resume"}</button>`}
      ${A("admin")&&r`<button type="button" onClick=${f} data-testid="rotate-secret">Rotate secret</button>`}
      ${u&&r`<button type="button" class="danger" onClick=${p} data-testid="delete-webhook">Delete</button>`}
    </div>
    ${d&&r`<p class="notice">This hook stands in the configuration file, so it is read-only here. Change the file and send SIGHUP: the server reads it anew without a restart. Its secret can be rotated here unless the file holds it.</p>`}
    ${e.stopped_at&&r`<p class="notice bad">It answered 410 <${T} at=${e.stopped_at} />, which says “no more events”: none has been sent since. Save it again to start anew.${e.veto?" Its veto is still asked.":""}</p>`}
    ${t&&r`<section class="card" data-testid="secret-card">
      <h2>The signing secret of ${l}</h2>
      <${ut} text=${t} what="secret" testid="webhook-secret" />
      <div class="row"><span class="fine">Next: give it to the receiver, then send a test event.</span><button type="button" class="small push" onClick=${s} data-testid="forget-secret">I have it</button></div>
    </section>`}
    ${i&&r`<section class="card" data-testid="rotated-card">
      <h2>The new secret of ${l}</h2>
      <${ut} text=${i} what="secret" testid="rotated-secret" />
      <div class="row"><span class="fine">Until ${new Date(Date.now()+864e5).toLocaleString()} the old one signs as well.</span><button type="button" class="small push" onClick=${()=>a(null)}>I have it</button></div>
    </section>`}
    <div class="panels">
      <div class="stack">
        <${_l} hook=${e} path=${c} />
        <${Ho} />
      </div>
      ${A("admin")&&r`<div class="stack">
        <${Uo} hook=${e} path=${c} />
        <${Fo} path=${c} />
      </div>`}
    </div>
    <section class="card"><${Kt} /></section>`}function _l({hook:e,path:t}){let{name:s,url:n,veto:o,events:i,timeout_ms:a,on_failure:l,description:c,created_at:d,updated_at:u,fares:$,verdicts:f}=e,p=$&&Ft($);return r`
    <section class="card" data-testid="webhook-facts">
      <div class="row"><h2>What it is</h2><span class="push"></span><${P} path=${t} /></div>
      ${c&&r`<p>${c}</p>`}
      <dl class="facts">
        <dt>URL</dt><dd class="mono">${n}</dd>
        <dt>hears</dt><dd class="row tight">${i.length>0?i.map(m=>r`<${y} key=${m}>${m}<//>`):"no events"}</dd>
        <dt>veto</dt><dd>${o?`asked before every call, waited for ${g(a)}`:"not asked about calls"}</dd>
        ${o&&r`<dt>without a verdict</dt><dd><${Wt} hook=${e} /> <span class="fine">${Ge[l].consequence}</span></dd>`}
        ${f&&r`<dt>verdicts</dt><dd class="number">${g(f.p50)} median, ${g(f.p95)} p95, of ${S(f.verdicts,"verdict")}</dd>`}
        ${$&&r`<dt>deliveries</dt><dd class="number">
          ${p===null?"none yet":`${Math.floor(100*p)} % of the latest ${O($.delivered+$.dead+$.failing)}`}, ${$.isMore?`more than ${$.waiting}`:O($.waiting)} waiting
          ${" "}<a href=${I("/deliveries",{hook:s})}>see them</a>
          ${$.lastError&&r`<br /><span class="problem">last failure: ${$.lastError}</span>`}
        </dd>`}
        <dt>made</dt><dd><${T} at=${d} />, changed <${T} at=${u} relative /></dd>
      </dl>
    </section>`}var Wo=b(()=>{_();D();C();J();ws();Ts();_s();Os();jo();qo();Ye()});var Jo={};re(Jo,{default:()=>Ko});import{useState as Tl}from"/vendor/hooks.js";async function El(){let e=await de("/webhooks"),[t,...s]=await Promise.all([Ro(),...e.map(({name:n})=>No(n))]);return e.map((n,o)=>({...n,fares:s[o],verdicts:t.get(n.name)??null}))}function Ko({query:e,setQuery:t}){let{data:s,error:n,reload:o}=k(El,[]),[i,a]=Tl(null),l=ue(o,1500);z(l),X(Ol,o);let c=f=>{t({hook:"",form:"",...f},{replace:!1}),scrollTo(0,0)},d=s??[],u=d.find(({name:f})=>f===e.hook),$=f=>{a(f.secret?f:null),o(),c({hook:f.name})};return e.form&&A("admin")&&s?r`<${Po} key=${e.form} hook=${e.form==="edit"?u:null} taken=${d.map(({name:f})=>f)}
      onSaved=${$} onClose=${()=>c({hook:e.hook})} />`:e.hook&&(u||i?.name===e.hook)?r`<${Bo} key=${e.hook} hook=${u??i} secret=${i?.name===e.hook?i.secret:null}
      forgetSecret=${()=>a(null)} reload=${o} show=${c} />`:r`
    <div class="screen-head">
      <h1>Webhooks</h1>
      <span class="push"></span>
      <${P} path="/webhooks" />
      ${A("admin")&&r`<button type="button" class="primary" onClick=${()=>c({form:"new"})} data-testid="add-webhook">Add a webhook</button>`}
    </div>
    <${x} error=${n} retry=${o} />
    ${e.hook&&s&&r`<p class="notice warn">There is no hook named ${e.hook} (any more).</p>`}
    ${s?.length===0&&r`<${Rl} add=${()=>c({form:"new"})} />`}
    ${d.length>0&&r`
      <section class="card">
        <${U} columns=${Ml} rows=${d} rowKey=${({name:f})=>f} open=${({name:f})=>c({hook:f})}
          caption="Webhooks" testid="webhooks-table" rowTestid="webhook-row" />
      </section>
      <p class="fine">Success: of the latest 200 deliveries, those acknowledged. Verdict times: of the latest 200 calls.</p>`}`}function Al(e){let{name:t,source:s,veto:n}=e;return r`<a class="user" href=${I("/webhooks",{hook:t})}>${t}</a>
    ${s==="file"&&r` <${y} title="from the configuration file: read-only here">file<//>`}
    ${n&&r`<span class="row tight"><${y} tone="info">veto<//><${Wt} hook=${e} /></span>`}`}function Il(e){let t=Ft(e);if(t===null)return r`<span class="fine">–</span>`;let s=t>.99?"good":t>.9?"warn":"bad";return r`<${y} tone=${s} title=${e.lastError??""}>${Math.floor(100*t)} %<//>`}function Nl(e,{waiting:t,isMore:s}){return t===0?r`<span class="fine">0</span>`:r`<a href=${I("/deliveries",{hook:e,state:"pending"})}>${s?`${t}+`:t}</a>`}function Rl({add:e}){return r`
    <section class="card">
      <${R} title="No hook yet">
        <p>A hook is your business server’s ear and voice: it hears what becomes of every call, and may refuse a call before it rings.</p>
        ${A("admin")?r`<button type="button" class="primary" onClick=${e}>Add the first one</button>`:r`<p>Adding one needs a key of scope admin.</p>`}
      <//>
      <${Kt} />
    </section>`}var Ol,Ml,Vo=b(()=>{_();D();B();C();J();ws();_s();Wo();Os();Ol=1e4;Ml=[{key:"name",title:"Name",render:Al},{key:"state",title:"State",render:e=>r`<${Bt} hook=${e} />`},{key:"what",title:"Hears",render:({veto:e,events:t})=>r`<span class="row tight">
    ${t.map(s=>r`<${y} key=${s}>${s}<//>`)}
    ${!e&&t.length===0&&r`<${y} tone="warn" title="neither asked nor told: choose events or the veto">nothing<//>`}
  </span>`},{key:"url",title:"URL",className:"wrap",render:({url:e})=>r`<span class="mono">${e}</span>`},{key:"success",title:"Success",number:!0,render:({fares:e})=>Il(e)},{key:"verdict",title:"Verdict p50 / p95",number:!0,render:({verdicts:e})=>e?`${g(e.p50)} / ${g(e.p95)}`:"–"},{key:"backlog",title:"Backlog",number:!0,render:({name:e,fares:t})=>Nl(e,t)}]});async function zo(e,t,s){let n=await Promise.all(e.map(l=>Ll(l,t,s))),o=n.flatMap(({items:l})=>l).sort((l,c)=>c.id-l.id),i=o.slice(0,Ms),a=o.length>Ms||n.some(({next:l})=>l);return{items:i,next:a&&i.length>0?String(i.at(-1).id):null}}async function Ll(e,t,s){let{items:n,next_cursor:o}=await h.get(Ee(e),{state:t,cursor:s,limit:Ms});return{items:n.map(i=>({...i,hook:e})),next:o}}async function Go(e,t,s){let n=[];for(let o of e){let i=n.length,a=await de(Ee(o),{state:t},l=>s(i+l));n.push(...a.map(l=>({...l,hook:o})))}return n}var Ms,Ee,we,Vt=b(()=>{_();Ms=50,Ee=e=>`/webhooks/${encodeURIComponent(e)}/deliveries`,we=({hook:e,id:t})=>`${e}/${t}`});function Yo({delivery:e}){let{state:t,attempts:s}=e,n=a=>a<s?t==="delivered"&&a===s-1?"good":"bad":t==="pending"&&a===s?"next":"ahead",o={good:"delivered",bad:"failed",next:"next",ahead:""},i=Dl.map((a,l)=>({wait:a,is:n(l)}));return r`
    <ol class="rungs plain" aria-label="tries of this delivery">
      ${i.map(({wait:a,is:l},c)=>r`
        <li class=${l} aria-current=${l==="next"?"step":null}>
          <span class="fine">${c===0?a:`+ ${a}`}</span>
          <strong>${o[l]||(t==="pending"?"to come":"not needed")}</strong>
        </li>`)}
    </ol>`}var Dl,Zo=b(()=>{C();Dl=["at once","5 s","30 s","2 min","10 min","30 min","2 h","6 h","12 h"]});function Qo({delivery:e,replay:t}){let{id:s,hook:n,call:o,at:i,tried_at:a,attempts:l,last_status:c,last_error:d}=e,u=`${Ee(n)}/${s}/replay`;return r`
    <div class="stack detail" data-testid="delivery-detail">
      <p><strong>${Pl(e)}</strong></p>
      <${Yo} delivery=${e} />
      <dl class="facts">
        <dt>delivery</dt><dd class="number">${s} to ${n}</dd>
        <dt>call</dt><dd><${oe} id=${o}>${o}<//></dd>
        <dt>happened</dt><dd><${T} at=${i} precise /></dd>
        <dt>tried</dt><dd>${l===0?"not yet":r`${S(l,"time")}, the last <${T} at=${a} precise />`}</dd>
        <dt>the hook answered</dt><dd>${c?`HTTP ${c}`:l>0?"nothing":"–"}${d?`: ${d}`:""}</dd>
      </dl>
      ${A("admin")&&r`<div class="row">
        <button type="button" onClick=${()=>t.ask([e])} disabled=${t.isRunning} data-testid="replay-one">Replay</button>
        <${P} method="POST" path=${u} label="Copy replay as curl" />
      </div>`}
    </div>`}function Pl({state:e,attempts:t,last_status:s,next_at:n}){if(e==="delivered")return`Delivered at try ${Math.max(1,t)}.`;if(e==="dead")return s>=400&&s<500?`Given up: the hook answered ${s}, which says that trying again is no use. It can be replayed.`:`Given up after ${S(t,"try","tries")}. It can be replayed.`;if(t===0)return"Waits for its first try, behind earlier events of its call.";let o=n?Date.parse(n)-Date.now():0;return`Tried ${S(t,"time")}; the next try ${o>0?`is in ${g(o)}`:"is due"}.`}var Xo=b(()=>{_();D();C();Vt();Zo()});import{useRef as Ul,useState as jl}from"/vendor/hooks.js";function tr(e){let[t,s]=jl(null),n=Ul(!1),o=async l=>{n.current=!1;let c={total:l.length,sent:0,failed:0,isRunning:!0,error:null};s({...c});for(let{hook:d,id:u}of l){if(n.current)break;try{await h.post(`${Ee(d)}/${u}/replay`),c.sent+=1}catch($){c.failed+=1,c.error=$}s({...c})}s({...c,isRunning:!1,isStopped:n.current}),e()},i=async l=>await te({title:`Replay ${er(l.length)}?`,body:"Each goes to its hook once more with all its tries. A hook that has seen it before knows it by its webhook-id.",action:"Replay",danger:!1})?(await o(l),!0):!1,a=async(l,c)=>{n.current=!1,s({isLooking:!0,isRunning:!0,found:0,words:c});try{let d=await l(u=>(s({isLooking:!0,isRunning:!0,found:u,words:c}),!n.current));s(null),!n.current&&d.length>0&&await i(d)}catch(d){s({total:0,sent:0,failed:0,error:d,isRunning:!1})}};return{progress:t,isRunning:t?.isRunning===!0,ask:i,askAll:a,stop:()=>{n.current=!0},clear:()=>s(null)}}function sr({replay:e}){let{progress:t,stop:s,clear:n}=e;if(!t)return null;let{total:o,sent:i,failed:a,isRunning:l,isStopped:c,isLooking:d,found:u,words:$,error:f}=t,p=d?`Looking for ${$}: ${u} so far`:l?`Replaying: ${i+a} of ${o}`:`${c?"Stopped":"Done"}: ${er(i)} of ${o} will be sent again${a?`, ${a} failed`:""}`;return r`
    <section class="card" data-testid="replay-progress">
      <div class="row">
        <strong role="status">${p}</strong>
        ${l?r`<button type="button" class="small push" onClick=${s} data-testid="replay-stop">Stop</button>`:r`<button type="button" class="small push" onClick=${n}>Close</button>`}
      </div>
      ${!d&&r`<progress max=${o} value=${i+a} aria-label="replayed"></progress>`}
      <${x} error=${f} />
    </section>`}var er,nr=b(()=>{_();D();C();Vt();er=e=>S(e,"delivery","deliveries")});var rr={};re(rr,{default:()=>or});import{useState as Hl}from"/vendor/hooks.js";async function Bl({hook:e,state:t,cursor:s}){let n=(await de("/webhooks")).map(({name:i})=>i),o=n.filter(i=>!e||i===e);return{names:n,wanted:o,...await zo(o,t,s)}}function or({query:e,setQuery:t}){let s=k(()=>Bl(e),[e.hook,e.state,e.cursor]),[n,o]=Hl(new Map),i=tr(s.reload),a=ue(()=>!e.cursor&&s.reload(),700);z(a),X(ql,a);let{items:l=[],names:c=[],wanted:d=[],next:u=null}=s.data??{},$=e.open,f=(M,v)=>{let j=new Map(n);v?j.set(we(M),M):j.delete(we(M)),o(j)},p=async()=>{await i.ask([...n.values()])&&o(new Map)},m=A("admin")&&r`
    <div class="row" data-testid="replay-tools">
      <button type="button" disabled=${n.size===0||i.isRunning} onClick=${p} data-testid="replay-selected">
        Replay ${n.size===0?"selected":S(n.size,"selected","selected")}
      </button>
      <button type="button" disabled=${l.length===0||i.isRunning} data-testid="replay-matching"
        onClick=${()=>i.askAll(M=>Go(d,e.state,M),Wl(e))}>Replay all that match</button>
    </div>`,E=[{name:"hook",label:"Hook",options:c},{name:"state",label:"State",options:Fl}];return r`
    <div class="screen-head">
      <h1>Deliveries</h1>
      <span class="push"></span>
      ${e.hook&&r`<${P} path=${Ee(e.hook)} params=${{state:e.state}} />`}
    </div>
    <div class="stack">
      <p class="fine">Each event is kept on disk until its hook has acknowledged it, and sent in order for each call.</p>
      <${$e} fields=${E} query=${e} setQuery=${t}>${m}<//>
      <${sr} replay=${i} />
      <${x} error=${s.error} retry=${s.reload} />
      ${s.data&&c.length===0&&r`<${R} title="No hook is registered yet">
        <p>Events are delivered to hooks. <a href=${I("/webhooks")}>Add the first one</a>, then make a call.</p>
      <//>`}
      ${c.length>0&&l.length===0&&r`<${R} title=${e.state||e.cursor?"No delivery matches":"No event yet"}>
        <p>${e.state?`No delivery is ${e.state}.`:r`Make a call, in the <a href="/">demo</a> for instance: each of its steps is an event.`}</p>
      <//>`}
      ${l.length>0&&r`
        <section class="card"><${U} columns=${Kl(n,f)} rows=${l} rowKey=${we} caption="Deliveries, the newest first" testid="deliveries-table" rowTestid="delivery-row"
          open=${M=>t({open:$===we(M)?"":we(M)})} rowClass=${M=>$===we(M)?"opened":""}
          expanded=${M=>$===we(M)&&r`<${Qo} delivery=${M} replay=${i} />`} /></section>
        <${_e} cursor=${e.cursor} next=${u} setQuery=${t} shown=${S(l.length,"delivery","deliveries")} />`}
    </div>`}function Wl({hook:e,state:t}){return`${t?`every ${t} delivery`:"every delivery"} of ${e?`the hook ${e}`:"all hooks"}`}function Jl(e,t){return e?r`<${y} tone=${e<300?"good":"bad"}>${e}<//> <span class="fine">${t??""}</span>`:t?r`<span class="problem">${t}</span>`:r`<span class="fine">–</span>`}function Vl({state:e,attempts:t,next_at:s}){if(e!=="pending"||!s)return r`<span class="fine">–</span>`;let n=Date.parse(s)-Date.now();return n<=0?r`<span title=${s}>due</span>`:r`<span title=${s}>in ${g(Math.max(1e3,n))}</span>${t===0&&r` <span class="fine">behind earlier ones</span>`}`}var Fl,ql,Kl,ar=b(()=>{_();D();B();C();J();Xo();Vt();nr();Fl=["pending","delivered","dead"],ql=5e3;Kl=(e,t)=>[...A("admin")?[{key:"pick",title:"",render:s=>r`<input type="checkbox" aria-label=${`select delivery ${s.id}`} checked=${e.has(we(s))}
      onChange=${({target:n})=>t(s,n.checked)} data-testid="pick-delivery" />`}]:[],{key:"at",title:"When",render:({at:s})=>r`<${T} at=${s} relative />`},{key:"hook",title:"Hook",render:({hook:s})=>r`<a href=${I("/webhooks",{hook:s})}>${s}</a>`},{key:"type",title:"Event",render:({type:s,seq:n})=>r`${s} <span class="fine">no. ${n}</span>`},{key:"state",title:"State",render:({state:s})=>r`<${y} word=${s} />`},{key:"last",title:"Last answer",render:({last_status:s,last_error:n})=>Jl(s,n)},{key:"next",title:"Next try",render:Vl},{key:"attempts",title:"Attempts",number:!0,render:({attempts:s})=>s},{key:"call",title:"Call",render:({call:s})=>r`<${oe} id=${s} />`}]});function ir(e){let t=new Map((e.tags??[]).map(({name:s,description:n})=>[s,{name:s,doc:n,operations:[]}]));for(let[s,n]of Object.entries(e.paths??{}))for(let o of zl){if(!n[o])continue;let i=Yl(e,s,o,n[o]);t.has(i.tag)||t.set(i.tag,{name:i.tag,doc:"",operations:[]}),t.get(i.tag).operations.push(i)}return[...t.values()].filter(s=>s.operations.length>0)}function Yl(e,t,s,n){let o=n.requestBody?.content?.["application/json"],i=Object.entries(n.responses??{}).find(([l])=>l.startsWith("2"))?.[1]?.content??{},a=(n.security??[]).flatMap(l=>Object.values(l).flat());return{id:n.operationId??`${s} ${t}`,method:s.toUpperCase(),path:t,tag:n.tags?.[0]??"other",summary:n.summary??"",scope:a[0]??null,asksOnce:s==="delete"||s==="put"||Gl.test(t),isStream:"text/event-stream"in i,parameters:(n.parameters??[]).filter(l=>l.in!=="header").map(l=>Zl(e,l)),body:o?Ql(e,o.schema):null,bodyRequired:n.requestBody?.required===!0}}function Zl(e,{in:t,name:s,schema:n,required:o,description:i}){return lr(e,t,s,n,o,i)}function Ql(e,t){let{properties:s={},required:n=[]}=pt(e,t);return Object.entries(s).map(([i,a])=>lr(e,"body",i,a,n.includes(i))).sort((i,a)=>a.required-i.required)}function pt(e,t={}){if(t.$ref){let n=t.$ref.split("/").slice(1).reduce((o,i)=>o?.[i],e);return{...pt(e,n),...t.description&&{description:t.description}}}if(t.allOf)return t.allOf.map(n=>pt(e,n)).reduce(Xl,{});let s=(t.oneOf??t.anyOf??[]).filter(n=>n.type!=="null");return s.length===1?{...pt(e,s[0]),...t.description&&{description:t.description}}:t}function Xl(e,t){let s=[...e.required??[],...t.required??[]];return{...e,...t,required:s,properties:{...e.properties,...t.properties}}}function lr(e,t,s,n,o=!1,i){let a=pt(e,n),l=[a.type??"string"].flat().filter(c=>c!=="null");return{key:`${t}.${s}`,where:t,name:s,required:o===!0,kind:a.enum?"choice":l[0]??"string",options:a.enum??null,doc:i??a.description??"",example:a.example??a.default??"",isPassword:a.format==="password",isUuid:a.format==="uuid",min:a.minimum,max:a.maximum}}function cr(e,t,s){let n={},o=new URLSearchParams,i=e.path;for(let c of e.parameters){let d=(t[c.key]??"").trim();!d&&c.required&&(n[c.key]="needed"),c.where==="path"?i=i.replace(`{${c.name}}`,d?encodeURIComponent(d):`{${c.name}}`):d&&o.set(c.name,d)}let a=e.body?ec(e,t,s,n):void 0,l=o.toString();return{method:e.method,path:l?`${i}?${l}`:i,body:a,problems:n}}function ec(e,t,s,n){if(s!==null){if(!s.trim()&&!e.bodyRequired)return;try{return JSON.parse(s)}catch(i){n.body=`this is no JSON: ${i.message}`;return}}let o={};for(let i of e.body){let a=t[i.key]??"";if(!a&&i.required&&(n[i.key]="needed"),!!a)try{o[i.name]=tc(i,a)}catch(l){n[i.key]=l.message}}return Object.keys(o).length>0||e.bodyRequired?o:void 0}function tc({kind:e},t){if(e==="boolean")return t==="true";if(e==="array")return t.split(/[\s,]+/).filter(Boolean);if(e==="object")return JSON.parse(t);if(e!=="integer"&&e!=="number")return t;let s=Number(t);if(!Number.isFinite(s)||e==="integer"&&!Number.isInteger(s))throw new Error(`not ${e==="integer"?"a whole number":"a number"}`);return s}function As(e){return e===null?"None":typeof e=="boolean"?e?"True":"False":Array.isArray(e)?`[${e.map(As).join(", ")}]`:typeof e=="object"?`{${Object.entries(e).map(([t,s])=>`${JSON.stringify(t)}: ${As(s)}`).join(", ")}}`:JSON.stringify(e)}var zl,Gl,Is,Ns=b(()=>{_();zl=["get","post","put","patch","delete"],Gl=/\/(finish|kick|rotate-secret|restart)$/;Is={curl:({method:e,path:t,body:s})=>yt(e,t,{body:s}),JavaScript({method:e,path:t,body:s}){let n=s===void 0?"":", 'Content-Type': 'application/json'";return[`const response = await fetch(${JSON.stringify(et(t).href)}, {`,`  method: '${e}',`,`  headers: { Authorization: \`Bearer \${process.env.HOOKSWITCH_API_KEY}\`${n} },`,...s===void 0?[]:[`  body: JSON.stringify(${JSON.stringify(s)}),`],"});","console.log(response.status, await response.text());"].join(`
`)},Python({method:e,path:t,body:s}){return["import json, os, urllib.request","","request = urllib.request.Request(",`    ${JSON.stringify(et(t).href)},`,`    method="${e}",`,"    headers={",'        "Authorization": "Bearer " + os.environ["HOOKSWITCH_API_KEY"],',...s===void 0?[]:['        "Content-Type": "application/json",'],"    },",...s===void 0?[]:[`    data=json.dumps(${As(s)}).encode(),`],")","with urllib.request.urlopen(request) as response:","    print(response.status, response.read().decode())"].join(`
`)}}});function dr({field:e,value:t,set:s,problem:n}){let{name:o,where:i,required:a,doc:l,kind:c}=e;return r`
    <label>
      <span class="row tight"><code>${o}</code> <span class="fine">${i==="body"?"":`${i}, `}${sc(e)}${a?", needed":""}</span></span>
      ${nc(e,c,t,s)}
      ${n&&r`<span class="problem" role="alert">${n}</span>`}
      ${l&&r`<span class="fine"><${Je} text=${l} /></span>`}
    </label>`}function sc({kind:e,isUuid:t,options:s,min:n,max:o}){let i=n!==void 0&&o!==void 0?` ${n} to ${o}`:n!==void 0?` from ${n}`:"",a={integer:`whole number${i}`,number:`number${i}`,boolean:"yes or no",array:"list, with commas between",object:"JSON"};return s?"one of a list":t?"UUID":a[e]??"text"}function nc(e,t,s,n){let{key:o,options:i,example:a,isPassword:l,min:c,max:d,required:u}=e,$=({target:v})=>n(v.value),f={value:s,onInput:$,"data-testid":`field-${o}`,"aria-required":u?"true":void 0},p=i??(t==="boolean"?["true","false"]:null);if(p)return r`<select ...${f} onChange=${$}>
      <option value="">${u?"choose":"left out"}</option>
      ${p.map(v=>r`<option value=${v}>${v}</option>`)}
    </select>`;if(t==="object")return r`<textarea class="mono" ...${f} spellcheck=${!1}></textarea>`;let m=l?"password":t==="integer"||t==="number"?"number":"text",E=t==="number"?"any":void 0,M=a===""?"":`as ${Array.isArray(a)?a.join(", "):a}`;return r`<input type=${m} ...${f} min=${c} max=${d} step=${E} placeholder=${M} autocomplete=${l?"new-password":"off"} spellcheck=${!1} />`}var ur=b(()=>{C()});import{useEffect as oc,useRef as rc,useState as Ze}from"/vendor/hooks.js";function pr({operation:e,given:t}){let s=[...e.parameters,...e.body??[]],[n,o]=Ze(()=>Object.fromEntries(s.map(({key:w})=>[w,t[w]??""]))),[i,a]=Ze(null),[l,c]=Ze(!1),{answer:d,isSending:u,send:$,stop:f}=lc(),p=cr(e,n,i),m=!e.scope||A(e.scope),E=w=>le=>o(ke=>({...ke,[w]:le})),M=async w=>{if(w.preventDefault(),c(!0),!m||Object.keys(p.problems).length>0)return;let le={title:`${p.method} ${p.path}`,body:`${e.summary} This is done for real.`,action:"Send",danger:p.method==="DELETE"};e.asksOnce&&!await te(le)||$(p,e.isStream)},v=w=>l?p.problems[w]:null,j=w=>r`<${dr} key=${w.key} field=${w} value=${n[w.key]} set=${E(w.key)} problem=${v(w.key)} />`;return r`
    <div class="exchange">
      <form class="card" onSubmit=${M} novalidate data-testid="try-form">
        <h2 class="mono wrap">${e.method} ${e.path}</h2>
        <p><${Je} text=${e.summary} /></p>
        <p class="fine row tight">${e.scope?r`Needs scope <${y} tone=${m?"good":"bad"}>${e.scope}<//> ${m?`– your key has ${q.value?.scope}`:`– your key has only ${q.value?.scope}, so it cannot be sent`}`:"Open to all: needs no key."}</p>
        <div class="try-fields">${e.parameters.map(j)}</div>
        ${e.body&&r`<${ac} fields=${e.body.map(j)} rawBody=${i} setRawBody=${a} body=${p.body} problem=${v("body")} />`}
        <div class="row">
          <button class="primary" disabled=${!m||u} data-testid="try-send">${u?"Sending…":"Send"}</button>
          ${u&&e.isStream&&r`<button type="button" onClick=${f} data-testid="try-stop">Stop</button>`}
        </div>
        <${ic} request=${p} />
      </form>
      <${uc} answer=${d} isSending=${u} />
    </div>`}function ac({fields:e,rawBody:t,setRawBody:s,body:n,problem:o}){let i=t!==null;return r`
    <div class="row"><h3>Body</h3><button type="button" class="small push" onClick=${()=>s(i?null:JSON.stringify(n??{},null,2))} data-testid="try-raw">${i?"Back to the form":"Write JSON"}</button></div>
    ${i?r`<label><span class="unseen">Body as JSON</span>
          <textarea class="mono" rows="8" value=${t} onInput=${({target:l})=>s(l.value)} spellcheck=${!1} data-testid="try-body"></textarea>
          ${o&&r`<span class="problem" role="alert">${o}</span>`}
        </label>`:r`<div class="try-fields">${e}</div>`}`}function ic({request:e}){let[t,s]=Ze("curl"),n=Is[t](e);return r`
    <div class="stack code-of-request">
      <div class="row">
        <${Te} tabs=${Object.keys(Is).map(o=>[o,o])} chosen=${t} choose=${s} label="The request as code" />
        <span class="push"></span><${F} text=${n} testid="copy-request" />
      </div>
      <pre class="snippet" tabindex="0" role="region" aria-label=${`the request as ${t}`} data-testid="request-code">${n}</pre>
    </div>`}function lc(){let[e,t]=Ze(null),[s,n]=Ze(!1),o=rc(null);return oc(()=>()=>o.current?.abort(),[]),{answer:e,isSending:s,send:async({method:a,path:l,body:c},d)=>{n(!0),o.current=new AbortController;let{signal:u}=o.current;try{t(null),d?await dc(a,l,u,t):t(await h.request(a,l,{body:c,signal:u}))}catch($){u.aborted||t({error:$})}n(!1)},stop:()=>o.current?.abort()}}async function dc(e,t,s,n){let o=performance.now(),i=await tt(e,t,{signal:s,headers:{accept:"text/event-stream"}}),a={status:i.status,headers:Object.fromEntries(i.headers),ms:performance.now()-o},l="";n({...a,body:l});let c=i.body.pipeThrough(new TextDecoderStream).getReader();for(;;){let{done:d,value:u}=await c.read();if(d)return;l=(l+u).slice(-cc),n({...a,body:l})}}function uc({answer:e,isSending:t}){if(!e)return r`<section class="card" data-testid="try-answer"><h2>Answer</h2>
      <p class="fine">${t?"Waiting for the answer…":"What the server answers is shown here: status, time, headers, body."}</p></section>`;if(e.error)return r`<section class="card" data-testid="try-answer"><h2>Answer</h2><${x} error=${e.error} /></section>`;let{status:s,headers:n,body:o,ms:i}=e,a=typeof o=="string"?o:JSON.stringify(o,null,2),l=s<300?"good":s<400?"warn":"bad";return r`
    <section class="card" data-testid="try-answer">
      <div class="row">
        <h2>Answer</h2>
        <${y} tone=${l}><span data-testid="try-status">${s}</span> ${s<400?"done":"refused"}<//>
        <span class="fine number">${g(i)}, ${Ne(new Blob([a??""]).size)}</span>
        <span class="push"></span>${a&&r`<${F} text=${a} label="Copy body" />`}
      </div>
      ${o===null||o===""?r`<p class="fine">The body is empty.</p>`:typeof o=="string"?r`<pre class="json" tabindex="0" role="region" aria-label="the body">${o}</pre>`:r`<${ve} value=${o} label="the body" />`}
      <details>
        <summary>Headers</summary>
        <dl class="facts mono">${Object.entries(n).map(([c,d])=>r`<dt>${c}</dt><dd>${d}</dd>`)}</dl>
      </details>
    </section>`}var cc,$r=b(()=>{_();D();C();ur();Ns();cc=2e4});var hr={};re(hr,{default:()=>fr});import{useMemo as pc,useState as $c}from"/vendor/hooks.js";function fr({query:e,setQuery:t}){let{data:s,error:n,reload:o}=k(()=>h.get("/api/openapi.json"),[]),i=pc(()=>s?ir(s):[],[s]),[a,l]=$c(""),c=i.flatMap(({operations:f})=>f),d=c.find(({id:f})=>f===e.op)??c.find(({id:f})=>f==="stats")??c[0],u=({id:f,path:p,method:m,summary:E})=>`${f} ${m} ${p} ${E}`.toLowerCase().includes(a.toLowerCase()),$=i.map(f=>({...f,operations:f.operations.filter(u)})).filter(({operations:f})=>f.length>0);return r`
    <div class="screen-head">
      <h1>Try it</h1>
      <span class="push"></span>
      <a class="button small" href="/api/docs">API reference</a>
      <a class="button small" href="/api/openapi.json">openapi.json</a>
    </div>
    <${x} error=${n} retry=${o} />
    ${d&&r`
      <div class="workbench">
        <nav class="card operations" aria-label="Calls of the API">
          <input type="search" value=${a} onInput=${({target:f})=>l(f.value)} placeholder="Find a call" aria-label="Find a call of the API" data-testid="find-operation" />
          ${$.length===0&&r`<${R} title="No such call"><button type="button" onClick=${()=>l("")}>Show all</button><//>`}
          ${$.map(({name:f,doc:p,operations:m})=>r`
            <section key=${f}>
              <h2 title=${p}>${f}</h2>
              <ul class="plain">
                ${m.map(E=>r`<li key=${E.id}>
                  <button type="button" class="quiet" aria-current=${E===d?"true":null} title=${E.summary} data-testid=${`op-${E.id}`}
                    onClick=${()=>t({op:E.id},{replace:!1})}>
                    <${y} tone=${fc[E.method]}>${E.method}<//><span class="mono">${hc(E.path.replace("/api/v1",""))}</span>
                    ${E.scope&&!A(E.scope)&&r`<span class="fine push" title=${`needs a key of scope ${E.scope}`}>${E.scope}</span>`}
                  </button>
                </li>`)}
              </ul>
            </section>`)}
        </nav>
        <${pr} key=${d.id} operation=${d} given=${e} />
      </div>`}`}function hc(e){return e.split("/").filter(Boolean).map(t=>[r`<wbr />`,`/${t}`])}var fc,mr=b(()=>{_();B();C();Ns();$r();fc={GET:"info",POST:"good",PUT:"warn",DELETE:"bad"}});import{describeFrame as mc}from"/ui/ladder-data.js";function gr({from:e,to:t,user:s,device:n,hook:o}){let i=a=>a==="client"?n?`${s??"client"}/${n}`:s??"client":a==="hook"?o??"hook":a;return`${i(e)} → ${i(t)}`}function br(e){let{kind:t,body:s,status:n,ms:o,bytes:i}=e,a=o==null?"":` in ${o<10?Number(o).toFixed(1):Math.round(o)} ms`;if(t==="frame"&&s?.jsonrpc){let{label:l,note:c}=mc(s);return[l,c].filter(Boolean).join(" · ")}return t==="frame"?[s?.type,s?.event,gc(s),s?.reason].filter(Boolean).join(" · ")||`${i} bytes`:t==="veto.question"?`may ${s?.data?.source_user??"?"} call ${s?.data?.target_user??"?"}?`:t==="veto.answer"?`${bc(e)}${a}`:t==="delivery"?`${s?.type??"event"} ${n?`answered ${n}`:"got no answer"}${a}`:t==="commit"?`on disk${a}`:t.replace("."," ")}function gc(e){return e?.error_code?`code ${e.error_code}`:""}function bc({status:e,body:t}){return e?e<200||e>299?`answered ${e}: no verdict`:t?.error_code?`refused with ${t.error_code}`:"allowed":"no answer"}function yr(e,t,s){return t&&e.kind!==t?!1:!s||JSON.stringify(e).toLowerCase().includes(s.toLowerCase())}function vr(e,t){let s=new Array(Rs).fill(0);for(let{at:n}of e){let o=Math.floor(t/1e3)-Math.floor(Date.parse(n)/1e3);o>=0&&o<Rs&&(s[Rs-1-o]+=1)}return s}var $t,Rs,zt,wr=b(()=>{$t=2e3,Rs=60,zt={frame:{label:"frame",tone:"info"},"veto.question":{label:"veto question",tone:"warn"},"veto.answer":{label:"veto answer",tone:"warn"},delivery:{label:"delivery",tone:""},commit:{label:"commit",tone:""},"socket.opened":{label:"socket opened",tone:"good"},"socket.closed":{label:"socket closed",tone:"bad"}}});var Sr={};re(Sr,{default:()=>kr});import{useEffect as Ds,useMemo as yc,useRef as vc,useState as Ue}from"/vendor/hooks.js";async function Cc(e,t){let s=[],n;do{let o=await h.get("/trace",{...e,cursor:n,limit:500});s.push(...o.items),n=o.next_cursor}while(n&&t());return s}function _c(e,t){let[s,n]=Ue([]),[o,i]=Ue(null),[a,l]=Ue(null),c=vc([]),d=()=>{let p=c.current;p.length!==0&&(c.current=[],n(m=>p.toReversed().concat(m).slice(0,$t)))};Ds(()=>{let p=!0;if(n([]),i(null),c.current=[],e!==null)return Cc(JSON.parse(e),()=>p).then(m=>{p&&(c.current=m.slice(-$t),d(),l({key:e,after:m.at(-1)?.n??0}))},m=>p&&i(m)),()=>{p=!1}},[e]);let u=a!==null&&a.key===e,$=wt(u?{...JSON.parse(e),after:a.after}:null,p=>{c.current=[...c.current,p].slice(-$t)}),[,f]=Ue(0);return Ds(()=>{let p=setInterval(()=>t?f(c.current.length):d(),kc);return()=>clearInterval(p)},[t]),{rows:s,problem:o,state:$,isLoaded:u,waits:t?c.current.length:0,clear:()=>n([])}}function kr({query:e,setQuery:t}){let{user:s,call:n,kind:o="",text:i=""}=e,[a,l]=Ue(!1),c=N(me),[d,u]=Ue(null),$=s&&!xc.test(s)?"No user has such a name.":n&&!Sc.test(n)?"A call’s id is a UUID; this is none yet.":"",{rows:f,problem:p,state:m,isLoaded:E,waits:M,clear:v}=_c($?null:JSON.stringify({user:s,call:n}),a),j=yc(()=>f.filter(ce=>yr(ce,o,i)),[f,o,i]),w=f.at(-1),le=()=>Et("hookswitch-trace.jsonl","application/x-ndjson",j.toReversed().map(ce=>`${JSON.stringify(ce)}
`).join("")),ke=[{name:"user",label:"User",placeholder:"alice"},{name:"call",label:"Call",placeholder:"id"},{name:"kind",label:"Kind",options:Object.keys(zt)},{name:"text",label:"Text",placeholder:"anything in a row"}];return r`
    <div class="screen-head">
      <h1>Trace</h1>
      <${y} tone=${a||c?"warn":m==="live"?"good":"warn"}><span class="dot ${m==="live"&&!a?"good":"warn"}"></span>${a?"held":c?"paused":m}<//>
      <span class="push"></span>
      <${Tc} rows=${f} />
      <button type="button" onClick=${()=>l(!a)} aria-pressed=${String(a)} data-testid="trace-hold">${a?`Go on${M?` (${S(M,"row waits","rows wait")})`:""}`:"Hold"}</button>
      <button type="button" onClick=${v} disabled=${f.length===0}>Clear</button>
      <button type="button" onClick=${le} disabled=${j.length===0} data-testid="trace-download">Download JSONL</button>
      <${P} path="/trace" params=${{user:s,call:n}} />
    </div>
    <p class="fine">The server remembers its latest messages in memory only, so a restart forgets them; bodies are shown without what is private.
      ${w?r` Here: ${S(f.length,"row")}, back to <${T} at=${w.at} precise /> (${St(w.at)}); the latest ${O($t)} are kept.`:""}</p>
    <${$e} fields=${ke} query=${e} setQuery=${t} />
    ${$&&r`<p class="notice warn">${$}</p>`}
    <${x} error=${p} />
    ${E&&j.length===0&&r`<${R} title=${f.length>0?"No row matches":"Nothing was said yet"}>
      <p>${f.length>0?"Take a filter away to see more.":r`Make a call, in the <a href="/">demo</a> for instance, and watch its messages come.`}</p>
    <//>`}
    ${j.length>0&&r`
      <section class="card">
        <${U} columns=${Ec} rows=${j.slice(0,Ls)} rowKey=${Gt} caption="Messages, the newest first" testid="trace-table" rowTestid="trace-row"
          open=${ce=>u(d===Gt(ce)?null:Gt(ce))}
          expanded=${ce=>d===Gt(ce)&&r`<div class="detail"><${ve} value=${ce} label=${`row ${ce.n}`} /></div>`} />
      </section>
      ${j.length>Ls&&r`<p class="fine">The newest ${O(Ls)} of ${O(j.length)} are shown. A filter narrows them down; the download has them all.</p>`}`}`}function Tc({rows:e}){let[t,s]=Ue(Date.now());Ds(()=>{let i=setInterval(()=>s(Date.now()),wc);return()=>clearInterval(i)},[]);let n=vr(e,t),o=n.at(-2);return r`<span class="row tight fine" data-testid="trace-rate"><${Ot} values=${n} label=${`messages per second over the last minute, ${o} now`} /> <span class="number">${o}/s</span></span>`}function Oc({at:e}){let t=N(Z),s=ne(e,{isUtc:t,precise:!0});return r`<time datetime=${e} title=${s}>${s.slice(11)}</time>`}var Ls,wc,kc,Sc,xc,Gt,Ec,xr=b(()=>{_();D();B();C();Q();wr();Ls=300,wc=1e3,kc=200,Sc=/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i,xc=/^[A-Za-z0-9._@:+-]{1,128}$/;Gt=({n:e,at:t})=>`${t} ${e}`;Ec=[{key:"at",title:"At",className:"number left",render:({at:e})=>r`<${Oc} at=${e} />`},{key:"kind",title:"Kind",render:({kind:e})=>r`<${y} tone=${zt[e]?.tone??""}>${zt[e]?.label??e}<//>`},{key:"gist",title:"What",render:e=>r`<strong>${br(e)}</strong>`},{key:"way",title:"From → to",render:e=>gr(e)},{key:"user",title:"User",render:({user:e})=>e?r`<${W} name=${e} />`:""},{key:"call",title:"Call",render:({call:e})=>e?r`<${oe} id=${e} />`:""},{key:"bytes",title:"Size",number:!0,render:({bytes:e})=>e?Ne(e):""}]});function Cr(e){let t=new Map;for(let s of e){let{section:n,name:o,value:i,secret:a}=s;t.has(n)||t.set(n,[]),Zt(i)?t.get(n).push(`#${o} is not set`):a?t.get(n).push(`#${o} is secret: not shown`):t.get(n).push(`${o} = ${ft(i)}`)}return[...t].map(([s,n])=>`[${s}]
${n.join(`
`)}
`).join(`
`)}function _r(e){return`${e.map(({env:s,value:n,secret:o})=>{if(Zt(n))return`#${s} is not set`;if(o)return`#${s} is secret: not shown`;let a=Array.isArray(n)&&n.every(l=>typeof l=="string"&&!/[,\s"]/.test(l))?n.join(","):typeof n=="string"?n:ft(n);return`${s}=${/^[\w@%+=:,./*-]*$/.test(a)?a:`'${a.replaceAll("'","'\\''")}'`}`}).join(`
`)}
`}function Yt(e){return Zt(e)?"not set":typeof e=="string"?e||'""':ft(e)}function Zt(e){return e==null}function ft(e){return Array.isArray(e)?`[${e.map(ft).join(", ")}]`:e!==null&&typeof e=="object"?`{ ${Object.entries(e).filter(([,t])=>!Zt(t)).map(([t,s])=>`${t} = ${ft(s)}`).join(", ")} }`:JSON.stringify(e)}var Tr=b(()=>{});var Er={};re(Er,{default:()=>Or});function Or({query:e,setQuery:t}){let{data:s,error:n,isLoading:o,reload:i}=k(()=>h.get("/config"),[]),a=s?.items??[],l=a.filter(d=>Ac(d,e)),c=Mc(l);return r`
    <div class="screen-head">
      <h1>Configuration</h1>
      <span class="push"></span>
      <${F} label="Copy as TOML" text=${()=>Cr(l)} testid="copy-toml" />
      <${F} label="Copy as environment" text=${()=>_r(l)} testid="copy-env" />
    </div>
    <div class="stack">
      <p class="fine">The values this server runs with. A later source beats an earlier one: default, file, environment, command line. What is listed is what is copied.</p>
      <${$e} query=${e} setQuery=${t} fields=${[{name:"text",label:"Search",type:"search",placeholder:"ring_timeout, webhooks, secret …"}]}>
        <label class="inline">
          <input type="checkbox" checked=${e.changed==="yes"} onChange=${({target:d})=>t({changed:d.checked?"yes":""})} data-testid="only-changed" />
          only what differs from its default
        </label>
        <span class="fine" role="status">${S(l.length,"setting")} of ${a.length}</span>
      <//>
      <${x} error=${n} retry=${i} />
      ${s&&l.length===0&&r`<${R} title=${e.changed?"Nothing differs from its default":"No setting matches"}>
        ${e.changed&&!e.text?r`<p>Give the server a file with <code>--config</code>, or variables as <code>HOOKSWITCH__CALL__RING_TIMEOUT_SECS=30</code>.</p>`:r`<button type="button" onClick=${()=>t({text:"",changed:""})}>Show all settings</button>`}
      <//>`}
      ${o&&!s&&r`<p class="fine">Loading…</p>`}
      <div class="stack" data-testid="config-list">
        ${[...c].map(([d,u])=>r`<${Ic} key=${d} name=${d} settings=${u} />`)}
      </div>
    </div>`}function Mc(e){let t=new Map;for(let s of e)t.set(s.section,[...t.get(s.section)??[],s]);return t}function Ac({key:e,doc:t,env:s,value:n,is_default:o},{text:i="",changed:a}){return a==="yes"&&o?!1:`${e} ${t} ${s} ${Yt(n)}`.toLowerCase().includes(i.toLowerCase())}function Ic({name:e,settings:t}){return r`
    <section class="card">
      <h2 class="mono">[${e}]</h2>
      <ul class="plain settings">${t.map(s=>r`<${Nc} key=${s.key} setting=${s} />`)}</ul>
    </section>`}function Nc({setting:e}){let{name:t,value:s,default:n,origin:o,is_default:i,doc:a,env:l,reloadable:c,secret:d}=e;return r`
    <li data-testid=${`setting-${e.key}`}>
      <div>
        <div class="row"><strong class="mono">${t}</strong> <code class=${`value ${s===null?"fine":""}`}>${Yt(s)}</code></div>
        <div class="row">
          <${y} tone=${i?"":"warn"} title="where the value came from">${o}<//>
          ${d&&r`<${y} tone="info">secret<//>`}
          ${c&&r`<${y} tone="good" title="SIGHUP reads it anew, without a restart">reloadable<//>`}
        </div>
      </div>
      <div>
        <p><${Je} text=${a} /></p>
        <p class="fine">${!i&&r`Default: <code>${Yt(n)}</code>. `}<code class="wrap">${l}</code></p>
      </div>
    </li>`}var Mr=b(()=>{_();D();B();C();Tr()});function Nr({query:e,setQuery:t}){let s={cursor:e.cursor,...Object.fromEntries(Ar.map(l=>[l,e[l]]))},{data:n,error:o,reload:i}=k(()=>h.get("/audit",s),[JSON.stringify(s)]),a=Ar.some(l=>e[l]);return r`
    <div class="stack">
      <div class="row">
        <p class="fine">What was changed and what was denied, the newest first. Denied attempts that come in a crowd share a row.</p>
        <span class="push"></span>
        <button type="button" class="small" onClick=${i}>Look again</button>
        <${P} path="/audit" params=${s} />
      </div>
      <${$e} fields=${Rc} query=${e} setQuery=${t} />
      <${x} error=${o} retry=${i} />
      ${n?.items.length===0&&r`<${R} title=${a?"No row matches":"Nothing was changed yet"}>
        <p>${a?"Take a filter away to see more.":"Whatever a key changes leaves a row here: a hook, a token, a call that was ended."}</p>
      <//>`}
      ${n?.items.length>0&&r`
        <section class="card"><${U} columns=${Lc} rows=${n.items} rowKey=${({id:l})=>String(l)} caption="Audit" testid="audit-table" rowTestid="audit-row" /></section>
        <${_e} cursor=${e.cursor} next=${n.next_cursor} setQuery=${t} />`}
    </div>`}function Dc(e){if(!e)return"–";let[t,s]=e.split("/"),n={calls:ee,users:Ke}[t];return n&&s?r`<a class="mono" href=${n(s)}>${e}</a>`:r`<span class="mono">${e}</span>`}function Pc({status:e,error_code:t,times:s}){let n=e==null?"":e<400?"good":e===401||e===403?"bad":"warn",o={401:"denied",403:"denied"}[e]??(e>=400?"failed":"done");return r`<${y} tone=${n}>${o} ${e??""}<//> ${t?H(t):""} ${s>1&&r`<span class="fine">${O(s)} times</span>`}`}var Ar,Ir,Rc,Lc,Rr=b(()=>{_();D();B();J();C();Ar=["key","action","target","from","to"],Ir={type:"datetime-local",show:e=>{let t=new Date(e);return Number.isNaN(t.getTime())?"":new Date(t.getTime()-t.getTimezoneOffset()*6e4).toISOString().slice(0,19)},read:e=>new Date(e).toISOString()},Rc=[{name:"key",label:"Key",placeholder:"id, dev or cli"},{name:"action",label:"Action",placeholder:"webhooks_put"},{name:"target",label:"Target",placeholder:"users/alice"},{name:"from",label:"From",...Ir},{name:"to",label:"To",...Ir}];Lc=[{key:"at",title:"When",render:({at:e})=>r`<${T} at=${e} />`},{key:"who",title:"Key",render:({key:e,key_name:t,scope:s})=>r`${t||e||r`<span class="fine">no known key</span>`} ${s&&r`<span class="fine">${s}</span>`}`},{key:"action",title:"Action",render:({action:e})=>r`<span class="mono">${e}</span>`},{key:"target",title:"Target",className:"wrap",render:({target:e})=>Dc(e)},{key:"status",title:"Outcome",render:Pc},{key:"address",title:"From",render:({address:e})=>r`<span class="mono">${e??"command line"}</span>`},{key:"request",title:"Request",className:"nowrap",render:({request_id:e})=>e?r`<span class="mono fine" title=${e}>…${e.slice(-12)}</span>`:"–"}]});import{useState as ht}from"/vendor/hooks.js";function Dr(){let{data:e,error:t,reload:s}=k(()=>de("/keys"),[]),[n,o]=ht(!1);X(Uc,s);let i=async a=>{let l=a.id===q.value?.id,c=`Whoever uses “${a.name}” is refused from now on.${l?" You are signed in with it yourself.":""} This cannot be undone.`;await te({title:`Revoke the key ${a.name||a.id}?`,body:c,action:"Revoke"})&&await ie(()=>h.del(`/keys/${encodeURIComponent(a.id)}`),`The key ${a.name||a.id} is revoked.`)&&s()};return r`
    <div class="stack">
      <div class="row">
        <p class="fine">Each scope includes the ones before it. The server keeps a key’s hash, never the key.</p>
        <span class="push"></span>
        <${P} path="/keys" />
        <button type="button" class="primary" onClick=${()=>o(!0)} data-testid="new-key">New key</button>
      </div>
      <${x} error=${t} retry=${s} />
      ${e?.length===0&&r`<${R} title="No keys but the one of development mode">
        <p>Make one for each program and person, so that each can be revoked alone.</p>
        <button type="button" onClick=${()=>o(!0)}>New key</button>
      <//>`}
      ${e?.length>0&&r`<section class="card"><${U} columns=${Hc(i)} rows=${e} rowKey=${({id:a})=>a} caption="API keys" testid="keys-table" rowTestid="key-row" /></section>`}
      ${n&&r`<${Fc} onClose=${()=>o(!1)} onMade=${s} />`}
    </div>`}function Fc({onClose:e,onMade:t}){let[s,n]=ht(""),[o,i]=ht("read"),[a,l]=ht(null),[c,d]=ht(null),u=async $=>{$.preventDefault();try{l(await h.post("/keys",{name:s.trim(),scope:o})),t()}catch(f){d(f)}};return a?r`<${ae} title=${`The key ${a.name}`} onClose=${e} testid="made-key">
      <${ut} text=${a.key} what="key" testid="api-key-once" />
      <p class="fine">Its id is <code>${a.id}</code>: lists and the audit name it so.</p>
      <div class="row"><button type="button" class="primary push" onClick=${e} data-testid="done">Done</button></div>
    <//>`:r`<${ae} title="A new API key" onClose=${e} testid="key-form">
    <form class="stack" onSubmit=${u}>
      <${V} label="Name" hint="who or what will use it">
        <input value=${s} onInput=${({target:$})=>n($.value)} required maxlength="100" autofocus autocomplete="off" data-testid="key-name" />
      <//>
      <fieldset class="stack">
        <legend class="fine">What it may do</legend>
        ${Object.entries(Lr).map(([$,f])=>r`<label class="choice" key=${$}>
          <input type="radio" name="scope" value=${$} checked=${o===$} onChange=${()=>i($)} data-testid=${`scope-${$}`} />
          <span><strong>${$}</strong> <span class="fine">${f}</span></span>
        </label>`)}
      </fieldset>
      <${x} error=${c} />
      <div class="row">
        <button type="button" class="push" onClick=${e}>Cancel</button>
        <button class="primary" data-testid="make-key">Make the key</button>
      </div>
    </form>
  <//>`}var Uc,Lr,jc,Hc,Pr=b(()=>{_();J();B();C();Ts();Uc=1e4,Lr={read:"Sees calls, users, hooks and health. Changes nothing: for dashboards and those who look.",control:"And ends calls, places calls, kicks users: for the business server and for support.",admin:"And makes keys, hooks, accounts and tokens: for the operator."},jc={read:"",control:"info",admin:"warn"};Hc=e=>[{key:"name",title:"Name",render:({name:t,id:s})=>r`<strong>${t||s}</strong>${s===q.value?.id&&r` <${y} tone="info">you<//>`}`},{key:"scope",title:"Scope",render:({scope:t})=>r`<${y} tone=${jc[t]} title=${Lr[t]}>${t}<//>`},{key:"id",title:"Id",className:"nowrap",render:({id:t})=>r`<span class="mono" title=${t}>…${t.slice(-12)}</span>`},{key:"created",title:"Made",render:({created_at:t})=>r`<${T} at=${t} />`},{key:"used",title:"Last used",render:({last_used_at:t})=>t?r`<${T} at=${t} relative />`:r`<span class="fine">not since the server started</span>`},{key:"do",title:"Actions",render:t=>r`<span class="row actions">
    <a class="button small" href=${I("/keys",{tab:"audit",key:t.id})}>Audit</a>
    <button type="button" class="danger small" onClick=${()=>e(t)} data-testid="revoke-key">Revoke</button>
  </span>`}]});var jr={};re(jr,{default:()=>Ur});function Ur({query:e,setQuery:t}){if(!A("admin"))return r`<div class="screen-head"><h1>API keys and audit</h1></div><${R} title="This screen needs a key of scope admin">
      <p>Your key may not see keys or the audit. Make one on the server: <code>hookswitch key new --scope admin</code></p>
    <//>`;let s=e.tab==="audit"?"audit":"keys";return r`
    <div class="screen-head"><h1>API keys and audit</h1></div>
    <div class="stack">
      <${Te} tabs=${qc} chosen=${s} choose=${o=>t({tab:o==="keys"?"":o,cursor:""})} label="Keys or audit" />
      ${s==="keys"?r`<${Dr} />`:r`<${Nr} query=${e} setQuery=${t} />`}
    </div>`}var qc,Hr=b(()=>{_();C();Rr();Pr();qc=[["keys","API keys"],["audit","Audit"]]});import{useState as Ps}from"/vendor/hooks.js";function Fr({known:e}){let[t,s]=Ps(null),[n,o]=Ps(!1),[i,a]=Ps(""),l=async()=>{o(!0),a("");try{s(await h.get("/debug/invariants"))}catch(c){a(c.message)}o(!1)};return r`
    <section class="card" data-testid="invariants">
      <div class="row">
        <h2>Invariants</h2>
        ${e&&!t&&r`
          <${y} tone=${e.ok?"good":"bad"}>${e.ok?"all hold":S(e.violations,"violation")}<//>
          ${e.checked_at&&r`<span class="fine">checked <${T} at=${e.checked_at} /></span>`}`}
        ${t&&r`
          <${y} tone=${t.ok?"good":"bad"}>${t.ok?"all hold":"violated"}<//>
          <span class="fine">${S(t.calls,"call")}, ${S(t.lines,"line")}, ${S(t.sessions,"session")} looked at <${T} at=${t.checked_at} /></span>`}
        <button class="push" onClick=${l} disabled=${n} data-testid="check-invariants">${n?"Checking…":"Check now"}</button>
      </div>
      <p class="fine">What must hold at every moment. The server looks every half minute by itself; whatever is wrong is looked at twice, a second apart.</p>
      ${i&&r`<p class="notice bad" role="alert">${i}</p>`}
      ${t&&r`
        <ol class="plain laws">
          ${t.invariants.map(({number:c,name:d,ok:u,violations:$})=>r`
            <li key=${c}>
              <span class="dot ${u?"good":"bad"}"></span>
              <span>${c}. ${d} <span class="fine">${u?"holds":"does not hold"}</span></span>
              ${$.map(({what:f,call:p,user:m})=>r`
                <p class="notice bad">${f}
                  ${p&&r`<${oe} id=${p} />`} ${m&&r`<${W} name=${m} />`}
                </p>`)}
            </li>`)}
        </ol>`}
    </section>`}var qr=b(()=>{_();D();C()});var Vr={};re(Vr,{default:()=>Kr});function Kr(){let e=k(()=>h.get("/health"),[]),t=k(()=>h.get("/nodes"),[]),s=k(()=>h.get("/workers"),[]);return X(Bc,()=>{e.reload(),t.reload()}),r`
    <div class="screen-head">
      <h1>Health</h1>
      <span class="push"></span>
      <${P} path="/health" />
    </div>
    <div class="stack">
      <${x} error=${e.error} retry=${e.reload} />
      ${e.data&&r`<${Wc} health=${e.data} />`}
      ${e.data&&r`<div class="panels"><${Jc} limits=${e.data.limits} /><${Vc} health=${e.data} /></div>`}
      <${Fr} known=${e.data?.invariants} />
      <${Gc} nodes=${t.data?.items??[]} workers=${s.data?.items??[]} />
    </div>`}function mt({ok:e,detail:t}){return e?t?"warn":"good":"bad"}function Wc({health:e}){let{ok:t,draining:s,version:n,uptime_secs:o,checks:i}=e,a=$=>i.filter(f=>mt(f)===$).length,[l,c]=[a("bad"),a("warn")],d=c===0?"All is well":`All is well, with ${S(c,"note")}`,u=s?"The server is stopping":t?d:`${S(l,"check")} ${l===1?"needs":"need"} a look`;return r`
    <section class="card" data-testid="health-checks">
      <div class="row">
        <span class="dot ${t?s||c>0?"warn":"good":"bad"}"></span>
        <h2>${u}</h2>
        <span class="fine push">version ${n}, up for ${g(o*Wr)}</span>
      </div>
      <ul class="plain checks">
        ${i.toSorted(($,f)=>Br.indexOf(mt($))-Br.indexOf(mt(f))).map($=>r`
          <li key=${$.name}>
            <${y} tone=${mt($)}>${{good:"fine",warn:"note",bad:"not fine"}[mt($)]}<//>
            <div>
              <strong>${$.name.replaceAll("_"," ")}</strong>
              ${$.detail&&r` <span>${$.detail}</span>`}
              ${$.advice&&r`<p class="fine">${$.advice}</p>`}
            </div>
          </li>`)}
      </ul>
    </section>`}function Jr({label:e,value:t,limit:s,text:n,note:o}){return r`
    <div class="gauge">
      <div class="row"><span>${e}</span><span class="push number">${n}</span></div>
      ${s>0&&t!==null&&r`<${Ve} value=${t} limit=${s} label=${e} />`}
      ${o&&r`<p class="fine">${o}</p>`}
    </div>`}function Kc(e,t){return e===null?t===null?"no limit":`at most ${O(t)}`:t===null?`${O(e)}, no limit`:`${O(e)} of ${O(t)}`}function Jc({limits:e}){return r`
    <section class="card" data-testid="health-limits">
      <h2>Limits</h2>
      ${e.length===0&&r`<p class="fine">No limit is set.</p>`}
      ${e.map(({name:t,label:s,value:n,limit:o,hits:i})=>r`
        <${Jr} key=${t} label=${s} value=${n} limit=${o}
          text=${Kc(n,o)}
          note=${i>0?`refused ${S(i,"time")} since the start`:null} />`)}
    </section>`}function Vc({health:e}){let{store:t,outbox:s,process:n,retention:o}=e,i=t.commit_ms,a=[["store",t.ok?"takes writes":"takes no writes",!t.ok],["a commit takes",i.count?`${g(i.p50)} median, ${g(i.p95)} p95, ${g(i.p99)} p99, ${g(i.max)} at most`:"nothing was written in the last minute"],["commits in the last minute",O(i.count)+(t.batch_p50?`, ${S(t.batch_p50,"write")} each (median)`:"")],["waiting to be written",O(t.waiting)],["store’s size",Ne(t.size_bytes)],["outbox",s.waiting?`${S(s.waiting,"event")}, the oldest for ${g(s.oldest_secs*Wr)}`:"empty",s.oldest_secs>60],["slow readers cut",O(e.slow_readers),e.slow_readers>0],["panics",O(e.panics),e.panics>0],["event streams",O(e.event_streams)],["memory",Ne(n.resident_bytes)],["threads",O(n.threads)],["retention",o.days?`${S(o.days,"day")}; ${O(o.removed)} calls removed since the start${o.running?", removing now":""}`:"everything is kept"]];return r`
    <section class="card" data-testid="health-figures">
      <h2>Store, outbox, process</h2>
      <dl class="facts">
        ${a.map(([l,c,d])=>r`<dt>${l}</dt><dd class=${d?"problem":"number"}>${c}</dd>`)}
      </dl>
      <${Jr} label="open files" value=${n.open_files} limit=${n.open_files_limit}
        text=${`${O(n.open_files)} of ${O(n.open_files_limit)}`} />
    </section>`}function Gc({nodes:e,workers:t}){return r`
    <section class="card">
      <h2>Nodes and workers</h2>
      <${U} columns=${zc} rows=${e} rowKey=${({name:s})=>s} caption="Nodes" testid="nodes-table" />
      ${t.length>0?r`<p>Media workers: ${t.map(({name:s})=>s).join(", ")}</p>`:r`<p class="fine">No media workers: the media of calls between browsers goes from one to the other.</p>`}
    </section>`}var Bc,Wr,Br,zc,zr=b(()=>{_();D();B();C();qr();Bc=5e3,Wr=1e3;Br=["bad","warn","good"];zc=[{key:"name",title:"Node",render:({name:e})=>r`<strong>${e}</strong>`},{key:"version",title:"Version",render:({version:e})=>e},{key:"started",title:"Up since",render:({started_at:e})=>r`<${T} at=${e} />`},{key:"sockets",title:"Sockets",number:!0,render:({sockets:e})=>O(e)},{key:"sessions",title:"Sessions",number:!0,render:({sessions:e})=>O(e)},{key:"calls",title:"Calls",number:!0,render:({calls:e})=>O(e)},{key:"state",title:"State",render:({draining:e})=>r`<${y} tone=${e?"warn":"good"}>${e?"stopping":"takes calls"}<//>`}]});var Yr={};re(Yr,{default:()=>Gr});import{useEffect as Yc,useRef as Zc,useState as Us}from"/vendor/hooks.js";async function Xc(){if(!Qc.includes(location.hostname))return null;let e=await fetch("/demo/facts").catch(()=>null);return e?.ok?e.json():null}function Gr(){let e=Zc(null),t=N(Xe),[s,n]=Us(""),[o,i]=Us(!1),[a,l]=Us(null);Yc(()=>{document.title="Sign in · hookswitch console",e.current.focus(),Xc().then(l,()=>{})},[]);let c=async $=>{if($!==""){i(!0);try{await es($)}catch(f){n(f.status===401?"The server does not know this key. Keys begin with hsk_ and are shown once, when they are made.":f.message),i(!1),e.current?.select()}}},d=$=>{$.preventDefault(),c(e.current.value.trim())},u=a?.api_key;return r`<main class="sign-in">
    <form class="card" onSubmit=${d}>
      <div class="row"><img src="/ui/icon.svg" width="36" height="36" alt="" /><h1>hookswitch console</h1></div>
      ${t&&!s&&r`<p class="notice warn" role="status">${t}</p>`}
      <${V} label="API key" hint="Kept for this tab, and forgotten with it.">
        <input ref=${e} type="password" data-testid="api-key" autocomplete="off" spellcheck=${!1} required aria-describedby="sign-in-problem" />
      <//>
      <p class="problem" id="sign-in-problem" role="alert">${s}</p>
      <button class="primary" disabled=${o} data-testid="sign-in">Sign in</button>
      ${u?r`<p class="notice row"><span>The server is in development mode: the key is <code>${u}</code>.</span>
            <button type="button" class="small push" onClick=${()=>c(u)} data-testid="sign-in-dev">Use it</button></p>`:r`<div class="fine stack"><p>No key yet? On the server’s machine, make one:</p>
            <pre tabindex="0">hookswitch key new --scope admin</pre>
            <p><code>read</code> sees everything, <code>control</code> also ends calls and sessions, <code>admin</code> also changes hooks, accounts and keys.</p></div>`}
    </form>
  </main>`}var Qc,Zr=b(()=>{_();C();Q();Qc=["127.0.0.1","localhost","[::1]"]});_();Mt();B();C();J();Q();import{render as ed}from"/vendor/preact.js";import{useEffect as Qt,useRef as Qr,useState as js}from"/vendor/hooks.js";var Xr=[{path:"overview",title:"Overview",icon:"overview",load:()=>Promise.resolve().then(()=>(Gn(),zn))},{path:"calls",title:"Calls",icon:"calls",load:()=>Promise.resolve().then(()=>(so(),to))},{path:"calls/:id",title:"Call",load:()=>Promise.resolve().then(()=>(xo(),So))},{path:"users",title:"Users",icon:"users",load:()=>Promise.resolve().then(()=>(vs(),Oo))},{path:"users/:user",title:"User",load:()=>Promise.resolve().then(()=>(Io(),Ao))},{path:"webhooks",title:"Webhooks",icon:"webhooks",group:!0,load:()=>Promise.resolve().then(()=>(Vo(),Jo))},{path:"deliveries",title:"Deliveries",icon:"deliveries",load:()=>Promise.resolve().then(()=>(ar(),rr))},{path:"try",title:"Try it",icon:"try",group:!0,load:()=>Promise.resolve().then(()=>(mr(),hr))},{path:"trace",title:"Trace",icon:"trace",load:()=>Promise.resolve().then(()=>(xr(),Sr))},{path:"config",title:"Configuration",icon:"config",group:!0,load:()=>Promise.resolve().then(()=>(Mr(),Er))},{path:"keys",title:"API keys",icon:"keys",load:()=>Promise.resolve().then(()=>(Hr(),jr))},{path:"health",title:"Health",icon:"health",load:()=>Promise.resolve().then(()=>(zr(),Vr))}];function td(){let[e,t]=js(()=>rt(location.hash));return Qt(()=>{let s=()=>t(rt(location.hash));return addEventListener("hashchange",s),s(),()=>removeEventListener("hashchange",s)},[]),e}function ea(e){let[t,s]=js({screen:null,Screen:null,error:null});return Qt(()=>{let n=!0;return e?.load().then(o=>n&&s({screen:e,Screen:o.default,error:null}),o=>n&&s({screen:e,Screen:null,error:o})),()=>{n=!1}},[e]),t}function sd({path:e,isOpen:t,close:s}){let n=e.split("/")[1];return r`<nav class=${`side ${t?"open":""}`} id="navigation" aria-label="Screens" onClick=${s}>
    ${Xr.filter(({icon:o})=>o).map(({path:o,title:i,icon:a,group:l})=>r`
      <a key=${o} href=${I(`/${o}`)} class=${l?"group":""} aria-current=${o===n?"page":void 0} data-testid=${`nav-${o}`}>
        <${pe} name=${a} />${i}
      </a>`)}
  </nav>`}function nd(){let{path:e,query:t}=td(),[s,n]=js(!1),o=Qr(null),i=Qr(!0),a=on(Xr,e),{screen:l,Screen:c,error:d}=ea(a?.screen),u=a?[a.screen.title,...Object.values(a.params)].join(" "):"Not found";Qt(()=>{document.title=`${u} · hookswitch console`,n(!1),i.current||o.current.focus({preventScroll:!0}),i.current=e==="/",scrollTo(0,0)},[e]),Qt(()=>{rt(location.hash).path==="/"&&G("/overview",{},{replace:!0})},[e]);let $=(f,{replace:p=!0}={})=>{let m=rt(location.hash);G(m.path,{...m.query,...f},{replace:p})};return r`
    <a class="skip" href="#main" onClick=${f=>{f.preventDefault(),o.current.focus()}}>Skip to the screen</a>
    <${fn} isMenuOpen=${s} toggleMenu=${()=>n(!s)} />
    <div class="frame">
      <${sd} path=${e} isOpen=${s} close=${()=>n(!1)} />
      <main id="main" ref=${o} tabindex="-1" data-screen=${l?.path}>
        ${!a&&e!=="/"&&r`<${R} title="There is no such screen"><a href="#/overview">Go to the overview</a><//>`}
        ${a&&d&&l===a.screen&&r`<${x} error=${d} retry=${()=>location.reload()} />`}
        ${a&&c&&l===a.screen&&r`<${c} key=${e} params=${a.params} query=${t} setQuery=${$} />`}
      </main>
    </div>`}function od(){let e=N(q),{Screen:t}=ea(e?null:rd);return r`${e?r`<${nd} />`:t&&r`<${t} />`}<${pn} /><${rs} />`}var rd={load:()=>Promise.resolve().then(()=>(Zr(),Yr))};await Js();Zs();ed(r`<${od} />`,document.getElementById("app"));export{Xr as screens};

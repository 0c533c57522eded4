var ma=Object.defineProperty;var y=(e,t,s)=>()=>{if(s)throw s[0];try{return e&&(t=e(e=0)),t}catch(n){throw s=[n],n}};var ee=(e,t)=>{for(var s in t)ma(e,s,{get:t[s],enumerable:!0})};import{useEffect as ga,useState as ba}from"/vendor/hooks.js";function He(e,t){let s=`hookswitch.console.${e}`,n=new te(t);try{let o=localStorage.getItem(s);o!==null&&n.set(JSON.parse(o))}catch{}return n.listen(o=>{try{localStorage.setItem(s,JSON.stringify(o))}catch{}}),n}function R(e){let[t,s]=ba(e.value);return ga(()=>(s(e.value),e.listen(s)),[e]),t}function Vs(e){e==="system"?delete document.documentElement.dataset.theme:document.documentElement.dataset.theme=e}function Js(e,t){let s=new Date(e);return Number.isNaN(s.getTime())?"":(t?s:new Date(s.getTime()-s.getTimezoneOffset()*6e4)).toISOString().slice(0,19)}function zs(e,t){let s=new Date(t?`${e}Z`:e);return Number.isNaN(s.getTime())?"":s.toISOString()}var te,Xe,se,ne=y(()=>{te=class{#e;#t=new Set;constructor(t){this.#e=t}get value(){return this.#e}set(t){if(!Object.is(t,this.#e)){this.#e=t;for(let s of[...this.#t])s(t)}}listen(t){return this.#t.add(t),()=>this.#t.delete(t)}};Xe=He("theme","system"),se=He("utc",!1);Vs(Xe.value);Xe.listen(Vs)});function A(e){return B.value!==null&&Gs.indexOf(B.value.scope)>=Gs.indexOf(e)}function tt(e,t={}){let s=new URL(e.startsWith("/api/")||!e.startsWith("/")?e:`/api/v1${e}`,location.origin);for(let[n,o]of Object.entries(t))o!=null&&o!==""&&s.searchParams.set(n,String(o));return s}async function st(e,t,{params:s,body:n,signal:o,headers:i={}}={}){let a=sessionStorage.getItem(Fe),l={method:e,signal:o,headers:{accept:"application/json",...i}};a&&(l.headers.authorization=`Bearer ${a}`),n!==void 0&&(l.body=typeof n=="string"?n:JSON.stringify(n),l.headers["content-type"]??="application/json");let c;try{c=await fetch(tt(t,s),l)}catch(d){throw o?.aborted?d:new wt(0,{title:"The server cannot be reached."})}return c.status===401&&a&&B.value&&rs("The server no longer takes this key. Sign in again."),c}async function yt(e,t,s){let{status:n,body:o}=await f.request(e,t,s);if(n>=400)throw new wt(n,typeof o=="object"?o:null);return o}async function ue(e,t,s=()=>!0){let n=[],o;do{let i=await f.get(e,{...t,limit:500,cursor:o});if(n.push(...i.items),o=i.next_cursor,s(n.length)===!1)break}while(o);return n}async function os(e){sessionStorage.setItem(Fe,e);try{B.set(await f.get("/me")),et.set("")}catch(t){throw sessionStorage.removeItem(Fe),t}}async function Ys(){let e=sessionStorage.getItem(Fe);if(e)try{await os(e)}catch(t){et.set(t.status===401?"The server no longer takes this key. Sign in again.":t.message),t.status!==401&&sessionStorage.setItem(Fe,e)}}function rs(e=""){sessionStorage.removeItem(Fe),et.set(e),B.set(null)}function vt(e,t,{params:s,body:n}={}){let o=a=>`'${a.replaceAll("'","'\\''")}'`,i=["curl -sS"];return e!=="GET"&&i.push(`-X ${e}`),i.push(o(tt(t,s).href),'-H "Authorization: Bearer $HOOKSWITCH_API_KEY"'),n!==void 0&&n!==""&&i.push("-H 'Content-Type: application/json'",`-d ${o(typeof n=="string"?n:JSON.stringify(n))}`),i.join(` \\
  `)}var Fe,Gs,wt,B,et,f,M=y(()=>{ne();Fe="hookswitch.console.key",Gs=["read","control","admin"],wt=class extends Error{constructor(t,s){super(s?.detail||s?.title||`the server answered ${t}`),this.name="ApiError",this.status=t,this.problem=s??null}get fields(){return(this.problem?.errors??[]).map(({pointer:t,parameter:s,detail:n})=>`${t??s}: ${n}`)}},B=new te(null),et=new te("");f={get scope(){return B.value?.scope??null},async request(e,t,s={}){let n=performance.now(),o=await st(e,t,s),i=await o.text(),a=performance.now()-n,l=i;if(/json/.test(o.headers.get("content-type")??""))try{l=i===""?null:JSON.parse(i)}catch{}return{status:o.status,headers:Object.fromEntries(o.headers),body:l,ms:a}},get:(e,t,s)=>yt("GET",e,{...s,params:t}),post:(e,t,s)=>yt("POST",e,{body:t,params:s}),put:(e,t,s)=>yt("PUT",e,{body:t,params:s}),del:(e,t)=>yt("DELETE",e,{params:t})}});import{useCallback as Xs,useEffect as rt,useRef as Re,useState as en}from"/vendor/hooks.js";async function wa(e,t){let s=e.body.pipeThrough(new TextDecoderStream).getReader(),n="";for(;;){let{done:o,value:i}=await s.read();if(o)return;n+=i;let a=n.split(`

`);n=a.pop();for(let l of a){let c={};for(let d of l.split(`
`)){let u=d.indexOf(":");u>0&&(c[d.slice(0,u)]=d.slice(u+1).replace(/^ /,""))}c.data!==void 0&&t({id:c.id,event:c.event??"message",data:JSON.parse(c.data)})}}}function ka(e){ot.unshift(e),ot.length=Math.min(ot.length,va);for(let t of[...as])t(e)}function tn(){let e=()=>{B.value&&!nt?nt=new kt({path:"/events",resumeWith:"last_event_id",take:ka,tell:t=>is.set(t)}):!B.value&&nt&&(nt.close(),nt=null)};return e(),B.listen(e)}function V(e){let t=Re(e);t.current=e,rt(()=>{let s=n=>t.current(n);return as.add(s),()=>as.delete(s)},[])}function St(e,t){let[s,n]=en("reconnecting"),o=Re(t);o.current=t;let i=e===null?null:JSON.stringify(e);return rt(()=>{if(i===null)return;let a=({event:c,data:d})=>c==="trace"&&o.current(d),l=new kt({path:"/trace/live",params:JSON.parse(i),resumeWith:"after",take:a,tell:n});return()=>l.close()},[i]),s}function S(e,t){let[s,n]=en({data:void 0,error:null,isLoading:!0}),o=Re(e);o.current=e;let i=Re(0),a=Xs(async()=>{let l=++i.current;n(c=>({...c,isLoading:!0}));try{let c=await o.current();l===i.current&&n({data:c,error:null,isLoading:!1})}catch(c){l===i.current&&n(d=>({...d,error:c,isLoading:!1}))}},[]);return rt(()=>(a(),()=>{i.current+=1}),t),{...s,reload:a}}function K(e,t){let s=Re(t);s.current=t;let n=R(ge);rt(()=>{if(n)return;let o=()=>!document.hidden&&s.current(),i=setInterval(o,e);return document.addEventListener("visibilitychange",o),()=>{clearInterval(i),document.removeEventListener("visibilitychange",o)}},[e,n])}function Q(e,t=250){let s=Re(e);s.current=e;let n=Re(null);return rt(()=>()=>clearTimeout(n.current),[]),Xs(()=>{n.current??=setTimeout(()=>{n.current=null,s.current()},t)},[t])}var Zs,ya,ge,is,Qs,kt,va,as,nt,ot,F=y(()=>{M();ne();Zs=500,ya=8e3,ge=new te(!1),is=new te("reconnecting");Qs=()=>ge.value||document.hidden||B.value===null,kt=class{#e;#t;#c;#a;#s;#o;#n=null;#d=!1;#u=!1;#r=Zs;#i;#p=[];constructor({path:t,params:s={},resumeWith:n,take:o,tell:i=()=>{}}){this.#e=t,this.#t=s,this.#c=n,this.#a=o,this.#s=i;let a=()=>this.#l();document.addEventListener("visibilitychange",a),this.#p=[()=>document.removeEventListener("visibilitychange",a),ge.listen(a),B.listen(a)],this.#l()}close(){this.#d=!0;for(let t of this.#p)t();clearTimeout(this.#i),this.#n?.abort()}#l(){clearTimeout(this.#i),Qs()?(this.#s("paused"),this.#n?.abort()):this.#n||this.#$()}async#$(){this.#s("reconnecting");let t=new AbortController;this.#n=t;try{let s={...this.#t,...this.#o===void 0?{}:{[this.#c]:this.#o}},n=await st("GET",this.#e,{params:s,signal:t.signal,headers:{accept:"text/event-stream"}});n.ok&&(this.#s("live"),this.#u&&this.#o===void 0&&this.#a({event:"gap",data:{type:"gap"}}),this.#u=!0,this.#r=Zs,await wa(n,o=>{o.id!==void 0&&(this.#o=o.id),t.signal.aborted||this.#a(o)}))}catch{}if(this.#n=null,!this.#d){if(Qs())return this.#s("paused");this.#s("reconnecting"),this.#i=setTimeout(()=>this.#l(),t.signal.aborted?0:this.#r),this.#r=Math.min(this.#r*2,ya)}}},va=60,as=new Set,nt=null,ot=[]});import{describeCode as Sa}from"/sdk/hookswitch.js";function g(e){if(e==null)return"–";if(e<10&&e%1!==0)return`${e.toFixed(1)} ms`;if(e<ye)return`${Math.round(e)} ms`;if(e<10*ye)return`${(e/ye).toFixed(1)} s`;if(e<Be)return`${Math.round(e/ye)} s`;let t=(s,n,o,i)=>{let a=Math.floor(e/s),l=Math.floor(e%s/o);return l?`${a} ${n} ${l} ${i}`:`${a} ${n}`};return e<Ke?t(Be,"min",ye,"s"):e<Ct?t(Ke,"h",Be,"min"):t(Ct,"d",Ke,"h")}function sn(e){let t=Math.max(0,Math.floor(e/ye)),s=a=>String(a).padStart(2,"0"),[n,o,i]=[Math.floor(t/3600),Math.floor(t/60)%60,t%60];return n?`${n}:${s(o)}:${s(i)}`:`${s(o)}:${s(i)}`}function we(e){if(e==null)return"–";let t=["bytes","KiB","MiB","GiB","TiB"],s=e,n=0;for(;s>=1024&&n<t.length-1;)s/=1024,n+=1;return`${n===0||s>=100?Math.round(s):s.toFixed(1)} ${t[n]}`}function xt(e,t=Date.now()){let s=t-Date.parse(e);return s<5*ye?"just now":s<Be?`${Math.floor(s/ye)} s ago`:s<Ke?`${Math.floor(s/Be)} min ago`:s<Ct?`${Math.floor(s/Ke)} h ago`:`${Math.floor(s/Ct)} d ago`}function le(e,{isUtc:t=!1,precise:s=!1}={}){let n=new Date(e);if(Number.isNaN(n.getTime()))return"–";let o=l=>t?n[`getUTC${l}`]():n[`get${l}`](),i=`${o("FullYear")}-${qe(o("Month")+1)}-${qe(o("Date"))}`,a=`${qe(o("Hours"))}:${qe(o("Minutes"))}:${qe(o("Seconds"))}`;return`${i} ${a}${s?`.${qe(o("Milliseconds"),3)}`:""}${t?"Z":""}`}function j(e){return e==null?"–":`${e} ${Sa(e)}`}function Ve(e){let t=[e&1&&"audio",e&2&&"video"].filter(Boolean).join(" and "),s=e&-4;return[t||"no media",s?`bits 0x${s.toString(16)}`:""].filter(Boolean).join(", ")}function Le(e,t){return t==="caller"||t==="callee"?e[t]:Ca[t]??"Somebody"}function _e(e){return e.started_at?Date.parse(e.started_at)-Date.parse(e.requested_at):null}function xa(e){return(e.veto??[]).find(({error_code:t,verdict:s})=>t!==0||s==="refuse")??null}function _a(e){let t=xa(e);if(!t)return"A hook refused it before it rang";let s=t.message?`: “${t.message}”`:"";return t.policy==="refuse"?`The hook ${t.hook} gave no verdict (${t.verdict}), and its policy is to refuse${s}`:`The hook ${t.hook} refused it after ${g(t.ms)}${s}`}function Te(e){if(e.state==="requested")return`${e.caller} is calling ${e.callee}; it does not ring yet.`;if(e.state==="ringing")return`${e.callee} is being rung by ${e.caller}.`;if(e.state==="talking")return`${e.caller} and ${e.callee} are talking.`;let t=(Ta[e.reason]??(()=>`It ended with ${e.reason}`))(e),s=e.talk_ms?`, after they had talked for ${g(e.talk_ms)}`:"";return`${t}${s} (${j(e.error_code)}).`}var ye,Be,Ke,Ct,w,k,nn,qe,Ca,Ta,ve,_t,on,rn,D=y(()=>{ye=1e3,Be=60*ye,Ke=60*Be,Ct=24*Ke;w=e=>e==null?"–":e.toLocaleString("en"),k=(e,t,s=`${t}s`)=>`${w(e)} ${e===1?t:s}`,nn=(e,t)=>t?`${Math.round(100*e/t)} %`:"–";qe=(e,t=2)=>String(e).padStart(t,"0");Ca={business:"The business server",hook:"A hook",server:"The server"};Ta={cancelled:e=>`${e.caller} gave up${e.ring_ms?` after it had rung for ${g(e.ring_ms)}`:" before it rang"}`,offline:e=>`${e.callee} was offline: no device to ring`,busy:e=>`${e.callee} was in another call`,refused:e=>`${e.callee} declined${e.ring_ms===null?"":` after ${g(e.ring_ms)}`}`,timeout:e=>`${e.callee} did not answer within ${g(e.ring_ms)}`,disconnected:e=>`${e.ended_by==="caller"||e.ended_by==="callee"?`The line of ${e[e.ended_by]}`:"A line"} was lost for longer than the grace period`,hangup:e=>`${Le(e,e.ended_by)} hung up`,vetoed:_a,forced:e=>`${Le(e,e.ended_by)} ended it over the API`,max_duration:()=>"It reached the longest time a call may take",drained:()=>"The server was stopping and ended it",restarted:e=>`The server was restarted ${e.started_at?"and a party did not come back":"while it rang"}`,media_failed:()=>"Picture and sound failed"};ve={requested:"info",ringing:"warn",talking:"good",ended:"",hangup:"good",cancelled:"warn",offline:"warn",busy:"warn",refused:"warn",timeout:"warn",disconnected:"bad",vetoed:"bad",forced:"bad",drained:"bad",max_duration:"warn",restarted:"bad",media_failed:"bad",allow:"good",refuse:"bad",error:"bad",overflow:"bad",pending:"warn",delivered:"good",dead:"bad",init:"info",joining:"info",ending:"warn",leaving:"warn"},_t=["hangup","cancelled","refused","timeout","busy","offline","vetoed","disconnected","forced","max_duration","media_failed","drained","restarted"],on=["requested","ringing","talking","ended"],rn=["native","verto","wechat"]});import{h as an}from"/vendor/preact.js";function pe({name:e,size:t=18}){return an("svg",{viewBox:"0 0 24 24",width:t,height:t,"aria-hidden":"true",class:"icon",...{fill:"none",stroke:"currentColor","stroke-width":1.8,"stroke-linecap":"round","stroke-linejoin":"round"}},an("path",{d:Oa[e]}))}var Oa,ln=y(()=>{Oa={overview:"M4 13h6V4H4zM14 20h6V4h-6zM4 20h6v-3H4z",calls:"M6.5 4h3l1.5 4.5-2 1.500a11 11 0 0 0 5 5l1.5-2 4.5 1.500v3a2 2 0 0 1-2 2A15.5 15.5 0 0 1 4.5 6a2 2 0 0 1 2-2z",users:"M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM2.5 20a6.5 6.5 0 0 1 13 0M16 4.300a3.5 3.5 0 0 1 0 6.400M18 14.500a6.5 6.5 0 0 1 3.5 5.5",webhooks:"M9 8.500a3.5 3.5 0 1 1 5.5 2.900l2.5 4.600M12 8.5 8.5 15M6 14a3.5 3.5 0 1 0 3.5 4h8",deliveries:"M3 6h18v12H3zM3 7l9 6.500L21 7",workers:"M7 7h10v10H7zM10 3v4M14 3v4M10 17v4M14 17v4M3 10h4M3 14h4M17 10h4M17 14h4",wechat:"M15 8.500C15 6 12.500 4 9.500 4S4 6 4 8.500c0 1.500.800 2.700 2 3.500v2.500l2.500-1.500M20 15.500c0-2.200-2-4-4.500-4s-4.500 1.800-4.500 4 2 4 4.500 4l1.500-.300 2 1.300v-2.200c.700-.700 1-1.700 1-2.800z",try:"m5 7 5 5-5 5M12 18h7",trace:"M3 12h4l2.5-7 5 14L17 12h4",config:"M4 7h9M17 7h3M4 17h3M11 17h9M15 9.500v-5M9 19.500v-5",keys:"M15 9a5 5 0 1 1-4.6 3L4 18.500V21h3v-2h2v-2h2l1.4-1.400M16.5 7.5h.01",health:"M20 12h-4l-2 5-4-10-2 5H4",menu:"M4 6h16M4 12h16M4 18h16",search:"M10.5 17a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13zM15.5 15.5 21 21",light:"M12 16.500a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9zM12 2v2M12 20v2M2 12h2M20 12h2M5 5l1.4 1.400M17.6 17.6 19 19M5 19l1.4-1.400M17.6 6.4 19 5",dark:"M20 14.500A8.5 8.5 0 0 1 9.5 4 8.5 8.5 0 1 0 20 14.500z",system:"M3 5h18v11H3zM9 20h6M12 16v4",help:"M9.5 9.500a2.5 2.5 0 1 1 3.5 2.300c-.7.4-1 .9-1 1.700M12 17h.01M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18z",pause:"M9 6v12M15 6v12",play:"M8 5.500v13l10-6.500z",close:"M6 6l12 12M18 6 6 18",check:"m5 12.5 4.5 4.5L19 7.5",copy:"M9 9h11v11H9zM5 15H4V4h11v1",docs:"M5 4h10l4 4v12H5zM14 4v5h5M8.5 13h7M8.5 16.500h7",out:"M14 4H5v16h9M10 12h11M17.5 8.5 21 12l-3.5 3.5"}});function at(e){let[t,s=""]=e.replace(/^#/,"").split("?");return{path:t.replace(/\/+$/,"")||"/",query:Object.fromEntries(new URLSearchParams(s))}}function I(e,t={}){let s=Object.entries(t).filter(([,o])=>o!=null&&o!==""),n=new URLSearchParams(s.map(([o,i])=>[o,String(i)])).toString();return`#${e}${n?`?${n}`:""}`}function X(e,t,{replace:s=!1}={}){let n=I(e,t);if(n!==location.hash){if(!s){location.hash=n;return}history.replaceState(null,"",n),dispatchEvent(new HashChangeEvent("hashchange"))}}function cn(e,t){let s=t.split("/").filter(Boolean);for(let n of e){let o=n.path.split("/");if(o.length!==s.length)continue;let i={};if(o.every((l,c)=>l.startsWith(":")?(i[l.slice(1)]=decodeURIComponent(s[c]),!0):l===s[c]))return{screen:n,params:i}}return null}var Y,Je,J=y(()=>{Y=e=>I(`/calls/${encodeURIComponent(e)}`),Je=e=>I(`/users/${encodeURIComponent(e)}`)});import{html as Tt}from"/ui/html.js";import{useEffect as Ma,useRef as Ea,useState as Aa}from"/vendor/hooks.js";function oe({title:e,onClose:t,children:s,testid:n,wide:o=!1}){let i=Ea(null);return Ma(()=>{let c=document.activeElement;return i.current.showModal(),()=>c?.isConnected&&c.focus()},[]),Tt`<dialog ref=${i} class=${o?"wide":""} aria-label=${e} data-testid=${n} onMouseDown=${c=>c.target===i.current&&t()} onCancel=${c=>{c.preventDefault(),t()}}>
    <div class="stack"><h2>${e}</h2>${s}</div>
  </dialog>`}function dn({title:e,body:t,action:s="Yes",danger:n=!0,onYes:o,onNo:i}){let[a,l]=Aa(!1),c=()=>{l(!0),o()};return Tt`<${oe} title=${e} onClose=${i} testid="confirm-dialog">
    ${t&&Tt`<p>${t}</p>`}
    <div class="row">
      <button type="button" class="push" onClick=${i} autofocus>Cancel</button>
      <button type="button" class=${n?"danger sure":"primary"} disabled=${a} onClick=${c} data-testid="confirm">${s}</button>
    </div>
  <//>`}function re(e){return new Promise(t=>ls.set({...e,resolve:t}))}function cs(){let e=R(ls);if(!e)return null;let t=s=>()=>{ls.set(null),e.resolve(s)};return Tt`<${dn} key=${e.title} ...${e} onYes=${t(!0)} onNo=${t(!1)} />`}var ls,un=y(()=>{ne();ls=new te(null)});import{html as De}from"/ui/html.js";import{useEffect as Ia,useState as pn}from"/vendor/hooks.js";function Ra(e){let t=[...e.currentTarget.parentElement.children],s=t.indexOf(e.currentTarget),n={ArrowDown:s+1,ArrowUp:s-1,Home:0,End:t.length-1}[e.key];n===void 0||!t[n]||(e.preventDefault(),t[n].focus())}function P({columns:e,rows:t,rowKey:s,open:n,rowClass:o=()=>"",caption:i,testid:a,rowTestid:l,expanded:c=()=>null}){let d=$=>h=>{!h.target.closest(Na)&&String(getSelection())===""&&n($)},u=$=>h=>{h.target===h.currentTarget&&(h.key==="Enter"?n?.($):Ra(h))};return De`<div class="scroll"><table data-testid=${a}>
    <caption class="unseen">${i}</caption>
    <thead><tr>${e.map(({key:$,title:h,number:p})=>De`<th key=${$} scope="col" class=${p?"number":""}>${h}</th>`)}</tr></thead>
    <tbody>${t.map($=>{let h=c($),p=s($);return[De`<tr key=${p} data-testid=${l} data-id=${p} class=${`${n?"open":""} ${o($)}`} tabindex="0"
          onClick=${n&&d($)} onKeyDown=${u($)}>
          ${e.map(({key:m,render:O,number:E,className:v=""})=>De`<td key=${m} class=${`${E?"number":""} ${v}`}>${O($)}</td>`)}
        </tr>`,h&&De`<tr key=${`${p}-below`} class="below"><td colspan=${e.length}>${h}</td></tr>`]})}</tbody>
  </table></div>`}function ds(e,t,s){let[n]=pn(()=>He(`columns.${e}`,s)),[o,i]=pn(n.value);Ia(()=>n.listen(i),[n]);let a=c=>n.set(t.map(d=>d.key).filter(d=>d===c!==o.includes(d))),l=De`<details class="picker">
    <summary class="button small">Columns</summary>
    <div class="card">${t.map(({key:c,title:d})=>De`<label class="inline" key=${c}>
      <input type="checkbox" checked=${o.includes(c)} disabled=${o.length===1&&o.includes(c)} onChange=${()=>a(c)} />${d}
    </label>`)}</div>
  </details>`;return[t.filter(({key:c})=>o.includes(c)),l]}var Na,$n=y(()=>{ne();Na="a, button, input, select, label, summary"});import{html as r}from"/ui/html.js";import{useEffect as Ot,useId as La,useRef as hn,useState as Mt}from"/vendor/hooks.js";function b({word:e,tone:t=ve[e]??"",title:s,children:n}){return r`<span class=${`chip ${t}`} title=${s}>${n??e}</span>`}function Pe({call:e}){let{state:t,reason:s,error_code:n}=e;return t==="ended"?r`<${b} word=${s} title=${j(n)}>${n} ${s.replaceAll("_"," ")}<//>`:r`<${b} word=${t}><span class=${`dot live ${ve[t]}`}></span>${t}<//>`}function fn({value:e}){return r`<span class="code">${j(e)}</span>`}function _({at:e,precise:t=!1,relative:s=!1,short:n=!1}){let o=R(se);if(!e)return r`<span class="fine">–</span>`;let i=le(e,{isUtc:!o,precise:!0}),a=le(e,{isUtc:o,precise:t||s});if(s)return r`<time datetime=${e} title=${`${a} (${i})`}>${xt(e)}</time>`;let l=le(Date.now(),{isUtc:o}).slice(0,11);return r`<time datetime=${e} title=${i}>${n&&a.startsWith(l)?a.slice(11):a}</time>`}function be({since:e,until:t}){let[,s]=Mt(0);return Ot(()=>{if(t)return;let n=setInterval(()=>s(o=>o+1),1e3);return()=>clearInterval(n)},[t]),r`<span class="number">${sn((t?Date.parse(t):Date.now())-Date.parse(e))}</span>`}function z({name:e}){return r`<a href=${Je(e)} class="user">${e}</a>`}function Z({id:e,children:t}){return r`<a href=${Y(e)} class="mono" title=${e}>${t??`…${e.slice(-12)}`}</a>`}function W({text:e,label:t="Copy",bare:s=!1,testid:n}){let[o,i]=Mt(!1);Ot(()=>{if(!o)return;let c=setTimeout(()=>i(!1),1500);return()=>clearTimeout(c)},[o]);let a=async()=>{try{await navigator.clipboard.writeText(typeof e=="function"?await e():e),i(!0)}catch{fe("The browser did not let the page copy.","bad")}},l=o?"Copied":t;return r`<button type="button" class=${`small ${s?"quiet bare":""}`} onClick=${a} data-testid=${n} title=${s?l:void 0}>
    <${pe} name=${o?"check":"copy"} size=${15} /><span class=${s?"unseen":""} aria-live="polite">${l}</span>
  </button>`}function L({method:e="GET",path:t,params:s,body:n,label:o="Copy as curl"}){return r`<${W} label=${o} text=${()=>vt(e,t,{params:s,body:n})} />`}function N({title:e,children:t}){return r`<div class="empty"><strong>${e}</strong>${t}</div>`}function ze({text:e}){return e.split("`").map((t,s)=>s%2===1?r`<code>${t}</code>`:t)}function C({error:e,retry:t}){return e?r`<div class="notice bad row" role="alert">
    <span>${e.message}${(e.fields??[]).map(s=>r`<br />${s}`)}</span>
    ${t&&r`<button type="button" class="small push" onClick=${t}>Try again</button>`}
  </div>`:null}function q({label:e,hint:t,children:s}){return r`<label>${e}${s}${t&&r`<span class="fine">${t}</span>`}</label>`}function Oe({cursor:e="",next:t,setQuery:s,shown:n,first:o="Newest",before:i="Newer",after:a="Older"}){let l=hn([]),c=u=>s({cursor:u},{replace:!1}),d=()=>{l.current.push(e),c(t)};return r`<nav class="row pager" aria-label="Pages">
    <button type="button" class="small" disabled=${!e} onClick=${()=>c("")}>${o}</button>
    <button type="button" class="small" disabled=${!e||l.current.length===0} onClick=${()=>c(l.current.pop())}>${i}</button>
    <button type="button" class="small" disabled=${!t} onClick=${d} data-testid="older">${a}</button>
    ${n!==void 0&&r`<span class="fine">${n}</span>`}
  </nav>`}function Pa({field:e,value:t,set:s}){let[n,o]=Mt(t),i=hn();Ot(()=>o(t),[t]),Ot(()=>()=>clearTimeout(i.current),[]);let a=({target:l})=>{o(l.value),clearTimeout(i.current),i.current=setTimeout(()=>s(l.value.trim()),300)};return r`<input type=${e.type??"text"} step=${e.type==="datetime-local"?1:void 0} value=${n}
    placeholder=${e.placeholder??""} onInput=${a} autocomplete="off" spellcheck=${!1} data-testid=${`filter-${e.name}`} />`}function $e({fields:e,query:t,setQuery:s,children:n}){let[o,i]=Mt(()=>!matchMedia(Da).matches),a=(d,u)=>s({[d]:u,cursor:""}),l=e.filter(({name:d})=>t[d]),c=()=>s(Object.fromEntries([...l.map(({name:d})=>[d,""]),["cursor",""]]));return r`<form class="filters" role="search" aria-label="Filters" onSubmit=${d=>d.preventDefault()}>
    <button type="button" class="small narrow-only" aria-expanded=${String(o)} onClick=${()=>i(!o)}>Filters</button>
    ${o&&r`<div class="filter-fields">${e.map(d=>r`<${Ua} key=${d.name} field=${d} query=${t} set=${a} />`)}${n}</div>`}
    ${l.length>0&&r`<div class="row" data-testid="active-filters">
      ${l.map(({name:d,label:u,show:$=h=>h})=>r`<button type="button" class="chip info" key=${d} title="Take this filter away"
        onClick=${()=>a(d,"")}>${u.toLowerCase()}: ${$(t[d])} <${pe} name="close" size=${13} /></button>`)}
      <button type="button" class="quiet small" onClick=${c}>Clear all</button>
    </div>`}
  </form>`}function Ua({field:e,query:t,set:s}){let{name:n,label:o,options:i,show:a=d=>d,read:l=d=>d}=e,c=t[n]??"";return r`<label class="fine">${o}
    ${i?r`<select value=${c} onChange=${({target:d})=>s(n,d.value)} data-testid=${`filter-${n}`}>
          <option value="">any</option>
          ${i.map(d=>r`<option value=${d}>${d}</option>`)}
        </select>`:r`<${Pa} field=${e} value=${a(c)} set=${d=>s(n,d&&l(d))} />`}
  </label>`}function ke({value:e,label:t="JSON"}){let s=typeof e=="string"?e:JSON.stringify(e,null,2),n=[],o=0;for(let i of s.matchAll(ja)){let[a,l,c,d]=i;n.push(s.slice(o,i.index));let u=l?c?"key":"string":d?"word":"digits";n.push(r`<span class=${`json-${u}`}>${l??a}</span>`,c??""),o=i.index+a.length}return n.push(s.slice(o)),r`<pre class="json" tabindex="0" role="region" aria-label=${t}>${n}</pre>`}function Et({values:e,label:t,width:s=120,height:n=28}){let o=e.filter(c=>c!=null);if(o.length<2)return r`<svg class="spark" width=${s} height=${n} aria-hidden="true"></svg>`;let i=Math.max(...o,1e-9),a=e.map((c,d)=>[d*s/(e.length-1),c]).filter(([,c])=>c!=null),l=a.map(([c,d])=>`${c.toFixed(1)},${(n-2-d/i*(n-4)).toFixed(1)}`).join(" ");return r`<svg class="spark" viewBox=${`0 0 ${s} ${n}`} width=${s} height=${n} role="img" aria-label=${t} preserveAspectRatio="none">
    <polygon points=${`${a[0][0]},${n} ${l} ${a.at(-1)[0]},${n}`} /><polyline points=${l} />
  </svg>`}function Me({value:e,limit:t,label:s}){let n=t?Math.min(1,e/t):0,o=n>.9?"bad":n>.7?"warn":"good";return r`<meter class=${`bar ${o}`} min="0" max="1" value=${n} aria-label=${s}></meter>`}function Ee({tabs:e,chosen:t,choose:s,label:n}){let o=La();return r`<div class="tabs" role="tablist" aria-label=${n} onKeyDown=${a=>{let l={ArrowRight:1,ArrowLeft:-1}[a.key];if(!l)return;let c=e.findIndex(([d])=>d===t);s(e[(c+l+e.length)%e.length][0]),a.currentTarget.children[(c+l+e.length)%e.length].focus()}}>${e.map(([a,l])=>r`
    <button type="button" role="tab" id=${`${o}-${a}`} aria-selected=${String(a===t)} tabindex=${a===t?0:-1}
      onClick=${()=>s(a)} data-testid=${`tab-${a}`}>${l}</button>`)}</div>`}function fe(e,t=""){let s={text:e,tone:t};it.set([...it.value,s]),setTimeout(()=>it.set(it.value.filter(n=>n!==s)),Wa)}function mn(){let e=R(it);return r`<div class="toasts" role="status" aria-live="polite" data-testid="toasts">
    ${e.map(({text:t,tone:s})=>r`<div class=${`notice ${s}`}>${t}</div>`)}
  </div>`}async function ae(e,t){try{let s=await e();return t&&fe(typeof t=="function"?t(s):t,"good"),!0}catch(s){return fe([s.message,...s.fields??[]].join(" · "),"bad"),!1}}function At(e,t,s){let n=URL.createObjectURL(new Blob([s],{type:t}));Object.assign(document.createElement("a"),{href:n,download:e}).click(),setTimeout(()=>URL.revokeObjectURL(n),1e4)}var Da,ja,it,Wa,x=y(()=>{M();D();ln();J();ne();un();$n();Da="(max-width: 48rem)";ja=/("(?:\\.|[^"\\])*")(\s*:)?|\b(true|false|null)\b|(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)/g;it=new te([]),Wa=5e3});import{useEffect as gn,useRef as Ha,useState as Fa}from"/vendor/hooks.js";function Ja(e){if(!e)return{tone:"",words:"unknown"};let t=e.checks.filter(({ok:n})=>!n);if(e.draining)return{tone:"warn",words:"stopping"};if(!e.ok)return{tone:"bad",words:t.length?t.map(({name:n})=>n.replaceAll("_"," ")).join(", "):"not well"};let s=e.checks.filter(({detail:n})=>n);return s.length?{tone:"warn",words:s.length===1?"one warning":`${s.length} warnings`}:{tone:"good",words:"healthy"}}function za(){let{data:e,error:t,reload:s}=S(()=>f.get("/health"),[]);return K(qa,s),gn(()=>Ue.set(t?null:e??null),[e,t]),{report:R(Ue),isAway:t?.status===0}}function Ga(){let{report:e,isAway:t}=za(),{tone:s,words:n}=t?{tone:"bad",words:"out of reach"}:Ja(e);return r`<a class="state" href="#/health" data-testid="health"><span class=${`dot ${s}`}></span>${n}</a>
    ${e&&r`<span class="fine version">${e.version}</span>`}`}function Ya(){let e=R(is),t=R(ge),s=t?"Paused":{live:"Live",paused:"Paused",reconnecting:"Reconnecting"}[e],n=s==="Live"?"good":"warn";return r`<button type="button" class="state" onClick=${()=>ge.set(!t)} aria-pressed=${String(t)} data-testid="live"
    title=${t?"Go on":"Hold the page still"}>
    <span class=${`dot ${n} ${s==="Live"?"live":""}`}></span><span role="status">${s}</span><${pe} name=${t?"play":"pause"} size=${14} />
  </button>`}function Za({input:e}){return r`<form class="search" role="search" onSubmit=${s=>{s.preventDefault();let n=e.current.value.trim();if(n!==""){if(!Ka.test(n)){fe("Give the id of a call, or the name of a user.","warn");return}X(`${Ba.test(n)?"/calls":"/users"}/${encodeURIComponent(n)}`),e.current.value="",e.current.blur()}}}>
    <${pe} name="search" size=${16} />
    <input ref=${e} type="search" aria-label="Find a call by its id, or a user by name" placeholder="Call id or user" data-testid="search"
      autocomplete="off" autocapitalize="none" spellcheck=${!1} />
    <kbd>/</kbd>
  </form>`}function ei({close:e}){return r`<${oe} title="Keys" onClose=${e} testid="help">
    <dl class="facts">${Qa.map(([t,s])=>r`<dt><kbd>${t}</kbd></dt><dd>${s}</dd>`)}</dl>
    <p class="row"><a href="/api/docs" target="_blank" rel="noopener">API reference</a><a href="/docs/" target="_blank" rel="noopener">Documentation</a>
      <button type="button" class="push" onClick=${e} autofocus>Close</button></p>
  <//>`}function ti(e,t){gn(()=>{let s=!1,n=o=>{let i=o.target.closest?.("input, textarea, select, [contenteditable]");if(i&&o.key==="Escape"&&o.target.blur(),i||o.ctrlKey||o.metaKey||o.altKey||document.querySelector("dialog[open]"))return;let a=s&&Xa[o.key];s=o.key==="g",a?X(`/${a}`):o.key==="?"?t(!0):o.key==="p"?ge.set(!ge.value):o.key==="/"&&(o.preventDefault(),e.current.focus())};return addEventListener("keydown",n),()=>removeEventListener("keydown",n)},[])}function bn({isMenuOpen:e,toggleMenu:t}){let s=R(Xe),n=R(se),o=R(B),i=Ha(null),[a,l]=Fa(!1);return ti(i,l),r`<header class="top">
    <button type="button" class="quiet menu" aria-expanded=${String(e)} aria-controls="navigation" aria-label="Menu" onClick=${t} data-testid="menu"><${pe} name="menu" /></button>
    <a class="brand" href="#/overview"><img src="/ui/icon.svg" width="26" height="26" alt="" />hookswitch</a>
    <${Ga} /><${Ya} /><${Za} input=${i} />
    <div class="row choices">
      <button type="button" class="quiet" onClick=${()=>Xe.set(Va[s])} aria-label=${`Colours: ${s}`} title=${`Colours: ${s}`} data-testid="theme"><${pe} name=${s} /></button>
      <button type="button" class="quiet" onClick=${()=>se.set(!n)} title="Times in UTC or in this zone" data-testid="zone">${n?"UTC":"Local"}</button>
      <button type="button" class="quiet" onClick=${()=>l(!0)} aria-label="Keys" title="Keys (?)"><${pe} name="help" /></button>
      <a class="button quiet wide-only" href="/api/docs" target="_blank" rel="noopener">API</a>
      <a class="button quiet wide-only" href="/docs/" target="_blank" rel="noopener">Docs</a>
      <button type="button" class="quiet" onClick=${()=>rs()} title=${`Sign out (${o?.name||o?.id}, ${o?.scope})`} aria-label="Sign out" data-testid="sign-out"><${pe} name="out" /></button>
    </div>
    ${a&&r`<${ei} close=${()=>l(!1)} />`}
  </header>`}var qa,Ba,Ka,Va,Ue,Qa,Xa,It=y(()=>{M();F();x();J();ne();qa=1e4,Ba=/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i,Ka=/^[A-Za-z0-9._@:+-]{1,128}$/,Va={system:"light",light:"dark",dark:"system"},Ue=new te(null);Qa=[["/","Find a call by its id, or a user by name"],["?","This list"],["g then o, c, u","Go to the overview, calls, users"],["g then w, d, t, h","Go to webhooks, deliveries, trace, health"],["g then m, x","Go to media workers, WeChat accounts"],["p","Hold the page still, or go on"],["↑ ↓ Home End","Walk the rows of a table"],["Enter","Open a row"],["Esc","Close a dialog"]],Xa={o:"overview",c:"calls",u:"users",w:"webhooks",d:"deliveries",t:"trace",h:"health",m:"workers",x:"wechat"}});async function Ge(e){let t=`Both hear that it was ended, with code ${e.state==="talking"?"0":"100101"} and reason “forced”.`;return await re({title:`Finish the call of ${e.caller} and ${e.callee}?`,body:t,action:"Finish"})&&ae(()=>f.post(`/calls/${e.id}/finish`,{}),"The call is finished.")}async function Nt(e){return await re({title:`Kick ${e}?`,body:"Every session is told 211 and ends, and with them the user’s call. The user may log in again.",action:"Kick"})&&ae(()=>f.post(`/users/${encodeURIComponent(e)}/kick`),({sessions:n})=>`${e}: ${n===1?"one session":`${n} sessions`} ended.`)}async function yn(e){return await re({title:`Delete the account of ${e}?`,body:"The password is forgotten and every session ends. Calls of the past stay in the list.",action:"Delete the account"})&&ae(()=>f.del(`/users/${encodeURIComponent(e)}`),`The account of ${e} is gone.`)}var lt=y(()=>{M();x()});function si({call:e}){return r`<${z} name=${e.callee} />${e.dialled&&r` <span class="fine">dialled ${e.dialled}</span>`}`}function ni({call:e}){return e.state==="ringing"?r`<${be} since=${e.ringing_at} />`:e.ringing_at?g(e.ring_ms):r`<span class="fine">–</span>`}function oi({call:e,longest:t}){return e.state==="talking"?r`<${be} since=${e.started_at} />`:e.started_at?r`<span class="length">${g(e.talk_ms)}<span class="length-bar" style=${{width:`${100*e.talk_ms/t}%`}}></span></span>`:r`<span class="fine">–</span>`}function ri({call:e}){let t=e.veto??[];if(t.length===0)return r`<span class="fine">–</span>`;let s=t.find(({verdict:o})=>o!=="allow")??t[0],n=Math.max(...t.map(({ms:o})=>o));return r`<${b} word=${s.verdict} tone=${s.verdict==="timeout"?"bad":void 0} title=${`${s.hook}${s.policy?`, policy: ${s.policy}`:""}`} /> <span class="fine number">${g(n)}</span>`}var wn,Rt,Lt,us=y(()=>{lt();D();x();wn=["requested","caller","callee","outcome","rang","talked","setup","ended_by","veto","id"];Rt=[{key:"requested",title:"Requested",render:e=>r`<${_} at=${e.requested_at} short />`},{key:"caller",title:"Caller",render:e=>r`<${z} name=${e.caller} />`},{key:"callee",title:"Callee",render:e=>r`<${si} call=${e} />`},{key:"outcome",title:"State or end",render:e=>r`<${Pe} call=${e} />`},{key:"code",title:"Code",render:e=>e.state==="ended"?j(e.error_code):""},{key:"rang",title:"Rang",number:!0,render:e=>r`<${ni} call=${e} />`},{key:"talked",title:"Talked",number:!0,render:(e,{longest:t})=>r`<${oi} call=${e} longest=${t} />`},{key:"setup",title:"Setup",number:!0,render:e=>g(_e(e))},{key:"ended_by",title:"Ended by",render:e=>e.ended_by??""},{key:"veto",title:"Veto",render:e=>r`<${ri} call=${e} />`},{key:"media",title:"Media",render:e=>Ve(e.flags)},{key:"doors",title:"Doors",render:e=>[e.caller_door,e.callee_door??"?"].join(" → ")},{key:"devices",title:"Devices",render:e=>[e.caller_device||"unnamed",e.callee_device===null?"–":e.callee_device||"unnamed"].join(" → ")},{key:"placed",title:"Placed by",render:e=>e.placed?"the API":"the caller"},{key:"room",title:"Room",number:!0,render:e=>e.room??""},{key:"user_str",title:"Text",render:e=>r`<span class="clip">${e.user_str}</span>`},{key:"id",title:"Id",render:e=>r`<span class="row nowrap"><${Z} id=${e.id} /><${W} text=${e.id} label="Copy the id" bare /></span>`}],Lt={key:"finish",title:r`<span class="unseen">Actions</span>`,render:e=>e.state!=="ended"&&r`<button type="button" class="small danger" data-testid="finish-call" onClick=${()=>Ge(e)}>Finish</button>`}});import{useEffect as ai,useRef as ii,useState as vn}from"/vendor/hooks.js";function Cn(e){return Object.fromEntries(li.filter(t=>e[t]).map(t=>[t,e[t]]))}function di(e,{state:t,user:s,caller:n,callee:o,reason:i,door:a,from:l,to:c}){let d=Date.parse(e.requested_at);return(!t||e.state===t)&&(!s||e.caller===s||e.callee===s)&&(!n||e.caller===n)&&(!o||e.callee===o)&&(!i||e.reason===i)&&(!a||e.caller_door===a||e.callee_door===a)&&(!l||d>=Date.parse(l))&&(!c||d<=Date.parse(c))}function Sn(e,t,s,n){let o=new Map(e.map(i=>[i.id,i]));for(let i of t){let a=o.get(i.id);(a?a.version>=i.version:!n)||(di(i,s)?o.set(i.id,i):o.delete(i.id))}return[...o.values()].sort((i,a)=>i.id<a.id?1:-1)}function Dt(e,{cursor:t="",limit:s}={}){let[n,o]=vn([]),[i,a]=vn(new Set),l=ii([]),{data:c,error:d,isLoading:u,reload:$}=S(async()=>{let p=await f.get("/calls",{...e,cursor:t,limit:s});return o(Sn(p.items,l.current,e,!t)),a(new Set),p},[JSON.stringify(e),t]);ai(()=>{let p=setTimeout($,ci);return()=>clearTimeout(p)},[JSON.stringify(e),t]);let h=Q(()=>{let p=l.current;if(l.current=[],n.length>kn){l.current=[...p.slice(-kn),...l.current],$();return}o(m=>Sn(m,p,e,!t)),a(new Set(p.map(({id:m})=>m)))},120);return V(({event:p,data:{data:m}})=>{p==="gap"&&$(),m?.call&&(l.current.push(m.call),h())}),{rows:n,fresh:i,next:c?.next_cursor??null,isLoaded:c!==void 0,isLoading:u,error:d,reload:$}}var li,kn,ci,ps=y(()=>{M();F();li=["state","user","caller","callee","reason","door","from","to"],kn=300,ci=1200});function Pt(e,t,s,n){let o=(n-s)/(t-e||1);return i=>s+(i-e)*o}function Tn(e,t,s){let n=(t-e)/Math.max(s,1),o=10**Math.floor(Math.log10(n)),i=[1,2,5,10].find(c=>c*o>=n)*o,[a,l]=[Math.ceil(e/i-1e-9),Math.floor(t/i+1e-9)];return Array.from({length:l-a+1},(c,d)=>Number(((a+d)*i).toPrecision(12)))}function On(e,t,s,n){let o=xn.find(a=>(t-e)/a<=s)??xn.at(-1),i=[];for(let a=Math.ceil((e+n)/o)*o-n;a<=t;a+=o)i.push(a);return i}function hs(e,t,s){let n=[],o=null;return e.forEach((i,a)=>{s(a)?o?o.push([i,t[a]]):n.push(o=[[i,t[a]]]):o=null}),n}function Mn(e,t,s){return hs(e,t.map(s),n=>$s(t[n])).map(n=>`M${fs(n)}${n.length===1?"h0":""}`).join("")}function ms(e,t,s,n){let o=Array.isArray(s)?s:t.map(()=>s),i=l=>$s(t[l])&&$s(o[l]),a=hs(e,o.map(n),i);return hs(e,t.map(n),i).map((l,c)=>`M${fs(l)}L${fs(a[c].reverse())}Z`).join("")}function En(e,t,s){let n=e.reduce((i,a,l)=>l>0?Math.min(i,a-e[l-1]):i,ui/_n),o=je(n*_n);return e.map((i,a)=>t[a]?`M${je(i)} ${je(s(0))}V${je(s(t[a]))}h${o}V${je(s(0))}Z`:"").join("")}function An(e,t,s){return e.length===0?null:s?Math.max(0,e.findLastIndex(n=>n<=t)):e.reduce((n,o,i)=>Math.abs(o-t)<Math.abs(e[n]-t)?i:n,0)}var xn,ui,_n,$s,je,fs,In=y(()=>{xn=[1,2,5,10,15,30,60,120,180,360,720].map(e=>e*60),ui=40,_n=.9;$s=e=>e!=null,je=e=>Math.round(e*10)/10;fs=e=>e.map(([t,s])=>`${je(t)} ${je(s)}`).join("L")});import{useEffect as pi,useMemo as $i,useRef as hi,useState as gs}from"/vendor/hooks.js";function Rn(e){let t=[];for(let s of e){let n=t.at(-1);t.push(s.map((o,i)=>o+(n?n[i]:0)))}return t}function gi(e){let[t,s]=gs(mi);return pi(()=>{let n=new ResizeObserver(([{contentRect:o}])=>{o.width>0&&s(o.width)});return n.observe(e.current),()=>n.disconnect()},[]),t}function bi({times:e,from:t,to:s,series:n,bands:o,width:i,height:a,isUtc:l}){let c=n.flatMap(({values:T})=>T).filter(T=>T!=null),[d,u]=c.reduce(([T,ce],Ce)=>[Math.min(T,Ce),Math.max(ce,Ce)],[0,1]),[$,h]=[t??e[0],s??e.at(-1)],[p,m]=[Math.max(i-G.right,G.left+1),a-G.bottom],O=Pt($,h,G.left,p),E=Pt(d,u*1.05,m,G.top),v=e.map(O),H=l?0:-60*new Date(h*1e3).getTimezoneOffset();return{xs:v,xOf:O,yOf:E,right:p,bottom:m,timeOf:Pt(G.left,p,$,h),timeMarks:On($,h,(p-G.left)/Nn.time,H),valueMarks:Tn(d,u*1.05,(m-G.top)/Nn.value),bands:o.map(([T,ce])=>({path:ms(v,n[T].values,n[ce].values,E),of:n[T]})),series:n.map(T=>({of:T,line:T.bars?"":Mn(v,T.values,E),area:T.bars?En(v,T.values,E):T.fill?ms(v,T.values,0,E):""}))}}function yi({shapes:e,unit:t,isUtc:s}){let{xOf:n,yOf:o,right:i,bottom:a}=e;return r`<g class="chart-axes">
    ${e.valueMarks.map(l=>r`<path d=${`M${G.left-6} ${o(l)}H${i}`} /><text x=${G.left-10} y=${o(l)+4} text-anchor="end">${t(l)}</text>`)}
    ${e.timeMarks.map(l=>r`<path d=${`M${n(l)} ${G.top}V${a+6}`} /><text x=${n(l)} y=${a+20} text-anchor="middle">${Ln(l,s)}</text>`)}
  </g>`}function wi({series:e,times:t,at:s,unit:n,isUtc:o}){let i=a=>s===null||a===null||a===void 0?"–":n(a);return r`<ul class="plain row legend">
    <li class="number">${s===null?"Time":Ln(t[s],o)}</li>
    ${e.map(a=>r`<li key=${a.label}><svg class="chart-key" width="16" height="8"><path class="chart-line" d="M1 4h14" style=${Dn(a)} /></svg> ${a.label} <strong class="number">${i(a.values[s])}</strong></li>`)}
  </ul>`}function ct({label:e,times:t,from:s,to:n,series:o,bands:i=[],unit:a=String,height:l=170,legend:c=!0,testid:d,onPick:u,onHover:$}){let h=hi(null),p=gi(h),m=R(se),[O,E]=gs(null),[v,H]=gs(null),T=$i(()=>bi({times:t,from:s,to:n,series:o,bands:i,width:p,height:l,isUtc:m}),[t,s,n,o,p,l,m]),{xs:ce,yOf:Ce,right:de,bottom:Bs}=T,Ne=O!==null&&O<t.length?O:null,ns=U=>Math.min(de,Math.max(G.left,U.clientX-U.currentTarget.getBoundingClientRect().left)),Ks=U=>{E(U),U!==O&&$?.(U)};return r`<figure class="chart" data-testid=${d}><figcaption>${e}</figcaption>
    <div ref=${h}><svg class=${u?"pickable":""} role="img" aria-label=${e} width=${p} height=${l}
        onPointerMove=${U=>{let me=ns(U);Ks(An(t,T.timeOf(me),o.some(({bars:xe})=>xe))),v&&H({...v,end:me})}} onPointerLeave=${()=>Ks(null)} onPointerDown=${U=>{!u||U.button!==0||U.pointerType==="touch"||(U.currentTarget.setPointerCapture(U.pointerId),H({start:ns(U),end:ns(U)}))}} onPointerUp=${()=>{if(H(null),!v)return;let[U,me]=[v.start,v.end].sort((xe,fa)=>xe-fa);me-U>=fi&&u(...[U,me].map(xe=>new Date(T.timeOf(xe)*1e3)))}} onPointerCancel=${()=>H(null)}>
      <${yi} shapes=${T} unit=${a} isUtc=${m} />
      <svg x=${G.left} width=${p-G.left} height=${l} viewBox=${`${G.left} 0 ${p-G.left} ${l}`}>
        ${T.bands.map(({path:U,of:me})=>r`<path d=${U} style=${{fill:Ut(me),fillOpacity:.15}} />`)}
        ${T.series.map(({of:U,line:me,area:xe})=>r`
          ${xe&&r`<path d=${xe} style=${{fill:Ut(U),fillOpacity:U.fill}} />`}
          ${me&&r`<path class="chart-line" d=${me} style=${Dn(U)} />`}`)}
      </svg>
      ${Ne!==null&&r`<path class="chart-cursor" d=${`M${ce[Ne]} ${G.top}V${Bs}`} />`}
      ${Ne!==null&&o.map(U=>!U.bars&&typeof U.values[Ne]=="number"&&r`<circle r="3.5" cx=${ce[Ne]} cy=${Ce(U.values[Ne])} style=${{fill:Ut(U)}} />`)}
      ${v&&r`<rect class="chart-picked" x=${Math.min(v.start,v.end)} y=${G.top} width=${Math.abs(v.end-v.start)} height=${Bs-G.top} />`}
    </svg></div>
    ${c&&r`<${wi} series=${o} times=${t} at=${Ne} unit=${a} isUtc=${m} />`}
  </figure>`}var G,Nn,fi,mi,Ln,Ut,Dn,Pn=y(()=>{In();D();x();ne();G={top:8,right:18,bottom:26,left:58},Nn={time:70,value:34},fi=4,mi=300;Ln=(e,t)=>le(e*1e3,{isUtc:t}).slice(11,16),Ut=e=>`var(${e.colour})`;Dn=e=>({stroke:Ut(e),strokeWidth:e.width??2,strokeDasharray:e.dash?.join(" ")})});import{useMemo as Un,useState as vi}from"/vendor/hooks.js";function Si(e,t){let s=[],n=dt.map(()=>[]);for(let o of e){let i=Math.floor(bs(o)/(t*60))*t*60;if(s.at(-1)!==i){s.push(i);for(let a of n)a.push(0)}dt.forEach((a,l)=>{n[l][s.length-1]+=jn(o,a)/t})}return{times:s,byReason:n}}function Ci({minutes:e,stack:t,hovered:s}){let n=R(se),o=e[0]?.at,i=s!==null&&s<t.times.length,a=(c,d)=>i?t.byReason[d][s]:e.reduce((u,$)=>u+jn($,c),0),l=dt.map((c,d)=>[c,a(c,d)]).filter(([,c])=>c>0);return r`<ul class="plain row legend">
    <li class="fine number">${i?`${le(t.times[s]*1e3,{isUtc:n}).slice(11,16)}, per min`:"in all"}</li>
    ${l.map(([c,d])=>r`<li key=${c}>
      <a href=${I("/calls",{reason:c==="other"?"":c,state:c==="other"?"ended":"",from:o})}><span class="dot" style=${{background:`var(--reason-${c})`}}></span>${c} <strong class="number">${w(Math.round(d*10)/10)}</strong></a></li>`)}
  </ul>`}function Wn({minutes:e,range:t,timeout:s}){let[n,o]=vi(null),i=ut[t]*60,a=bs(e.at(-1))+60,l={from:a-i,to:a,onPick:(p,m)=>X("/calls",{from:p.toISOString(),to:m.toISOString()})},c=Un(()=>e.map(bs),[e]),d=p=>e.map(p),u=Un(()=>Si(e,ki[t]),[e,t]),$=Rn(u.byReason),h=dt.map((p,m)=>({label:p,colour:`--reason-${p}`,values:$[m],fill:1,bars:!0})).reverse();return r`
    <section class="card">
      <${ct} ...${l} label="Calls ended per minute, by reason" testid="chart-ended" times=${u.times} series=${h} unit=${p=>String(Math.round(p*100)/100)} legend=${!1} onHover=${o} />
      <${Ci} minutes=${e} stack=${u} hovered=${n} />
    </section>
    <section class="card"><${ct} ...${l} label="Concurrent calls" testid="chart-concurrent" times=${c} unit=${p=>String(Math.round(p*10)/10)} series=${[{label:"talking",colour:"--go",values:d(({talking:p})=>p),fill:.18},{label:"ringing",colour:"--reason-refused",values:d(({ringing:p})=>p)}]} /></section>
    <section class="card"><${ct} ...${l} label="From the request to the start" testid="chart-setup" times=${c} unit=${g} bands=${[[1,0]]} series=${[{label:"p50",colour:"--accent",values:d(({request_to_start_ms:p})=>p.p50)},{label:"p95",colour:"--accent",values:d(({request_to_start_ms:p})=>p.p95),width:1}]} /></section>
    <section class="card"><${ct} ...${l} label="Veto latency" testid="chart-veto" times=${c} unit=${g} bands=${[[1,0]]} series=${[{label:"p50",colour:"--accent",values:d(({veto_ms:p})=>p.p50)},{label:"p95",colour:"--accent",values:d(({veto_ms:p})=>p.p95),width:1},...s?[{label:"timeout",colour:"--stop",values:e.map(()=>s),dash:[6,4],width:1.5}]:[]]} /></section>`}var ut,ki,dt,jn,bs,Hn=y(()=>{Pn();D();x();J();ne();ut={"1h":60,"6h":360,"24h":1440},ki={"1h":1,"6h":5,"24h":15},dt=["hangup","cancelled","refused","timeout","busy","offline","vetoed","disconnected","other"],jn=(e,t)=>t!=="other"?e.finished_by_reason[t]??0:_t.filter(s=>!dt.includes(s)).reduce((s,n)=>s+(e.finished_by_reason[n]??0),0),bs=e=>Date.parse(e.at)/1e3});import{useEffect as xi,useState as _i}from"/vendor/hooks.js";function Fn({id:e,event:t,data:{timestamp:s,data:n}}){return n?.call?{id:e,at:s,call:n.call,tone:n.call.state==="ended"?ve[n.call.reason]:ve[n.call.state]}:t==="user.online"||t==="user.offline"?{id:e,at:s,user:n.user,words:t==="user.online"?"came online":"went offline",tone:t==="user.online"?"good":""}:t==="worker.failed"?{id:e,at:s,words:r`<a href="#/workers">Media worker ${n.worker}</a> failed: ${n.detail}`,tone:"bad"}:null}function qn(e,t){let s=({call:n})=>n&&n.id===e.call?.id&&n.state==="requested";return[e,...t.filter(n=>!s(n))].slice(0,Ti)}function Bn(){let[e,t]=_i(Oi),{data:s,reload:n}=S(()=>f.get("/calls",{limit:12,state:"ended"}),[]);return xi(()=>{if(!s)return;let o=s.items.map(i=>({id:i.id,at:i.ended_at,call:i,tone:ve[i.reason]}));t(i=>[...i,...o.filter(({call:a})=>!i.some(l=>l.call?.id===a.id&&l.call.state==="ended"))].sort((a,l)=>Date.parse(l.at)-Date.parse(a.at)))},[s]),V(o=>{o.event==="gap"&&n();let i=Fn(o);i&&t(a=>qn(i,a))}),r`<section class="card feed" data-testid="feed"><h2>What just happened</h2>
    ${e.length===0?r`<p class="fine">Calls, and users who come and go, appear here as it happens.</p>`:r`<div class="feed-lines" tabindex="0" role="region" aria-label="What just happened"><ol class="plain">${e.map(({id:o,at:i,call:a,user:l,words:c,tone:d})=>r`<li key=${o}>
          <span class=${`dot ${d}`}></span>
          <span>${a?Te(a):r`${l&&r`<${z} name=${l} /> `}${c}.`}</span>
          ${a?r`<a href=${Y(a.id)} title="Open the call"><${_} at=${i} short /></a>`:r`<span class="fine"><${_} at=${i} short /></span>`}</li>`)}</ol></div>`}
  </section>`}var Ti,Oi,Kn=y(()=>{M();D();F();x();J();Ti=40;Oi=()=>ot.map(Fn).filter(Boolean).reduceRight((e,t)=>qn(t,e),[])});function Ae({title:e,to:t,value:s,unit:n="",note:o,values:i,testid:a,children:l}){return r`<a class="card tile" href=${t}>
    <span class="fine">${e}</span>
    <span class="figure number"><span data-testid=${a}>${s}</span>${n&&r`<small>${n}</small>`}</span>
    ${l}
    <span class="fine number">${o}</span>
    ${i&&r`<${Et} values=${i} label=${`${e} over the last hour`} />`}
  </a>`}function Jn({stats:e,report:t,minutes:s,timeout:n}){let{last_hour:o}=e,i=new Date(Math.floor((Date.parse(e.now)-Mi)/6e4)*6e4).toISOString(),a=d=>s.length>1?s.map(d):null,l=t?.outbox,c=o.veto_ms;return r`<div class="tiles">
    <${Ae} title="Users online" to=${I("/users",{online:!0})} value=${w(e.users_online)} note=${k(e.sessions,"session")} values=${a(({users_online:d})=>d)} testid="stat-online" />
    <${Ae} title="Ringing" to=${I("/calls",{state:"ringing"})} value=${w(e.ringing)} note=${`${w(e.requested)} before a verdict`} values=${a(({ringing:d})=>d)} testid="stat-ringing" />
    <${Ae} title="Talking" to=${I("/calls",{state:"talking"})} value=${w(e.talking)} note=${`${k(o.requested,"call")} in the last hour`} values=${a(({talking:d})=>d)} testid="stat-talking" />
    <${Ae} title="Answered, 1 h" to=${I("/calls",{from:i})} value=${nn(o.started,o.requested)} note=${`${w(o.started)} of ${w(o.requested)}`} values=${a(({started:d})=>d)} testid="stat-answered" />
    <${Ae} title="Request to start, 1 h" to=${I("/calls",{from:i,reason:"hangup"})} value=${g(o.request_to_start_ms.p50)} note=${Vn(o.request_to_start_ms)} values=${a(({request_to_start_ms:d})=>d.p50)} />
    <${Ae} title="Ringing time, 1 h" to=${I("/calls",{from:i})} value=${g(o.ring_ms.p50)} note=${Vn(o.ring_ms)} values=${a(({ring_ms:d})=>d.p50)} />
    <${Ae} title="Veto p95, 1 h" to=${I("/webhooks")} value=${g(c.p95)} note=${n?`of ${g(n)} timeout`:"no hook is asked"}>
      ${n&&c.p95!==null&&r`<${Me} value=${c.p95} limit=${n} label=${`Veto p95 ${g(c.p95)} of ${g(n)}`} />`}
    <//>
    <${Ae} title="Outbox" to=${I("/deliveries",{state:"pending"})} value=${w(l?.waiting)} unit=${l?.waiting===1?"event":"events"} note=${l?.waiting?`the oldest for ${g(l.oldest_secs*1e3)}`:"nothing waits"}
      values=${a(({outbox_waiting:d})=>d)} testid="stat-outbox" />
  </div>`}var Mi,Vn,zn=y(()=>{D();x();J();Mi=36e5;Vn=({p50:e,p95:t})=>e===null?"no call was measured":`p95 ${g(t)}`});var Qn={};ee(Qn,{default:()=>Zn});function Ii({report:e}){let t=R(Gn),s=({name:o,detail:i})=>`${o}: ${i}`;return(e?.checks??[]).filter(o=>!o.ok||o.detail&&!t.includes(s(o))).map(o=>{let{name:i,ok:a,detail:l,advice:c}=o;return r`<div class=${`notice ${a?"warn":"bad"} warning`} key=${i} data-testid="warning">
      <span><strong>${i.replaceAll("_"," ")}</strong>${l?`: ${l}`:" fails"}. ${c}</span>
      <a href="#/health">Health</a>
      ${a&&r`<button type="button" class="small" onClick=${()=>Gn.set([...t,s(o)])} data-testid="hide-hint">Hide</button>`}
    </div>`})}function Ni(){return r`<section class="card" data-testid="welcome"><${N} title="Nobody has called yet">
    <p>This page fills by itself. Make a call between two people in the <a href="/" target="_blank" rel="noopener">demo</a>, or give a client of yours a token:</p>
    <pre tabindex="0">hookswitch token alice</pre>
    <p>To decide who may call whom, <a href="#/webhooks">register a hook</a>.</p>
  <//></section>`}function Li(){let{rows:e,fresh:t}=Dt({},{limit:Yn}),s=e.slice(0,Yn),n=Math.max(1,...s.map(({talk_ms:i})=>i??0)),o=Ri.map(i=>({...i,render:a=>i.render(a,{longest:n})}));return s.length===0?null:r`<section class="card wide"><div class="row"><h2>Latest calls</h2><a class="push" href="#/calls">All calls</a></div>
    <${P} caption="Latest calls" testid="calls-table" rowTestid="call-row" columns=${A("control")?[...o,Lt]:o} rows=${s} rowKey=${({id:i})=>i}
      rowClass=${({id:i})=>t.has(i)?"fresh":""} open=${({id:i})=>X(Y(i).slice(1))} />
  </section>`}function Zn({query:e,setQuery:t}){let s=ut[e.range]?e.range:"1h",n=R(Ue),o=S(()=>f.get("/stats"),[]),i=S(()=>f.get("/stats/history",{minutes:ut[s]}),[s]),a=S(()=>f.get("/webhooks",{limit:500}),[]),l=S(()=>f.get("/calls",{limit:1}),[]),c=Q(o.reload,300);V(({event:p})=>{c(),p==="call.requested"&&l.data?.items.length===0&&l.reload()}),K(Ai,o.reload),K(Ei,i.reload);let d=l.data?.items.length===0&&o.data?.users_online===0,u=(a.data?.items??[]).filter(({veto:p,enabled:m})=>p&&m),$=u.length?Math.min(...u.map(({timeout_ms:p})=>p)):null,h=i.data?.items??[];return r`
    <div class="screen-head"><h1>Overview</h1><span class="push"></span>
      <div class="row segments" role="group" aria-label="Time range">${Object.keys(ut).map(p=>r`<button type="button" class="small" key=${p} aria-pressed=${String(p===s)}
        onClick=${()=>t({range:p==="1h"?"":p})} data-testid=${`range-${p}`}>${p.replace("h"," h")}</button>`)}</div>
      <${L} path="/stats" />
    </div>
    <${C} error=${o.error} retry=${o.reload} />
    <${Ii} report=${n} />
    ${d&&r`<${Ni} />`}
    ${o.data&&r`<${Jn} stats=${o.data} report=${n} minutes=${h.slice(-60)} timeout=${$} />`}
    <div class="beside">
      <div class="charts"><${C} error=${i.error} retry=${i.reload} />
        ${h.length>0&&r`<${Wn} minutes=${h} range=${s} timeout=${$} />`}
        <${Li} /></div>
      <${Bn} />
    </div>`}var Ei,Ai,Gn,Yn,Ri,Xn=y(()=>{M();It();F();x();J();ne();us();ps();Hn();Kn();zn();Ei=1e4,Ai=5e3,Gn=He("hints",[]);Yn=8,Ri=Rt.filter(({key:e})=>["requested","caller","callee","outcome","rang","talked","veto"].includes(e))});import{useRef as Di,useState as Pi}from"/vendor/hooks.js";function Ui(e){let t=e==null?"":String(e);return/^[=+\-@\t\r]/.test(t)&&!/^[+-]?\d+(\.\d+)?$/.test(t)&&(t=`'${t}`),/[",\r\n]/.test(t)?`"${t.replaceAll('"','""')}"`:t}function ji(e){return[eo.map(([s])=>s),...e.map(s=>eo.map(([,n])=>Ui(n(s))))].map(s=>`${s.join(",")}\r
`).join("")}function so({filters:e}){let[t,s]=Pi(null),n=Di(!1),o=async a=>{n.current=!1,s({format:a,done:0});try{let l=await ue("/calls",e,c=>(s({format:a,done:c}),!n.current));if(n.current)fe("The export was stopped; nothing was saved.","warn");else{let{type:c,write:d}=to[a];At(`hookswitch-calls-${new Date().toISOString().slice(0,19).replaceAll(":","")}.${a.toLowerCase()}`,c,d(l)),fe(`${k(l.length,"call")} exported.`,"good")}}catch(l){fe(l.message,"bad")}s(null)},i=()=>{n.current=!0};return r`${Object.keys(to).map(a=>r`<button type="button" class="small" key=${a} disabled=${t!==null} onClick=${()=>o(a)} data-testid=${`export-${a.toLowerCase()}`}
      title="Everything that fits the filters">${a}</button>`)}
    ${t&&r`<${oe} title=${`Exporting as ${t.format}`} onClose=${i}>
      <progress aria-label="Exporting"></progress>
      <p class="row">${k(t.done,"call")} so far<button type="button" class="push" onClick=${i}>Stop</button></p>
    <//>`}`}var eo,to,no=y(()=>{M();D();x();eo=[...["id","state","caller","callee","dialled","caller_device","callee_device","caller_door","callee_door","placed","flags","param","user_str","room"].map(e=>[e,t=>t[e]]),["error_code",e=>e.error_code],["error_name",e=>e.error_code===null?"":j(e.error_code).replace(/^-?\d+ /,"")],...["reason","ended_by","requested_at","ringing_at","started_at","ended_at","ring_ms","talk_ms"].map(e=>[e,t=>t[e]]),["setup_ms",_e],["veto",e=>(e.veto??[]).map(({hook:t,verdict:s,ms:n})=>`${t}:${s}:${n}ms`).join(" ")]];to={CSV:{type:"text/csv",write:ji},JSON:{type:"application/json",write:e=>`${JSON.stringify(e,null,2)}
`}}});var ro={};ee(ro,{default:()=>oo});function oo({query:e,setQuery:t}){let s=R(se),n=Cn(e),{rows:o,fresh:i,next:a,isLoaded:l,error:c,reload:d}=Dt(n,{cursor:e.cursor}),u={type:"datetime-local",show:v=>Js(v,s),read:v=>zs(v,s)},$=[{name:"state",label:"State",options:on},{name:"reason",label:"Reason",options:_t},{name:"user",label:"User",placeholder:"caller or callee"},{name:"caller",label:"Caller"},{name:"callee",label:"Callee"},{name:"door",label:"Door",options:rn},{name:"from",label:"From",...u},{name:"to",label:"To",...u}],h=Math.max(1,...o.map(({talk_ms:v})=>v??0)),[p,m]=ds("calls",Rt,wn),O=A("control")?[...p,Lt]:p,E=o.filter(({state:v})=>v!=="ended").length;return r`
    <div class="screen-head">
      <h1>Calls</h1>${l&&r`<span class="fine">${E?`${k(E,"call")} on this page ${E===1?"goes":"go"} on`:"none on this page goes on"}</span>`}
      <span class="push"></span>
      <${so} filters=${n} /><${L} path="/calls" params=${n} />${m}
    </div>
    <${$e} fields=${$} query=${e} setQuery=${t} />
    <${C} error=${c} retry=${d} />
    ${l&&o.length===0&&(Object.keys(n).length||e.cursor?r`<${Wi} />`:r`<${Hi} />`)}
    ${o.length>0&&r`<div class="card">
      <${P} caption="Calls, the newest first" testid="calls-table" rowTestid="call-row" columns=${O.map(v=>({...v,render:H=>v.render(H,{longest:h})}))}
        rows=${o} rowKey=${({id:v})=>v} rowClass=${({id:v})=>i.has(v)?"fresh":""} open=${({id:v})=>X(Y(v).slice(1))} />
    </div>`}
    ${(a||e.cursor)&&r`<${Oe} cursor=${e.cursor} next=${a} setQuery=${t} shown=${k(o.length,"call")} />`}`}function Wi(){return r`<div class="card"><${N} title="No call fits">Take a filter away, or widen the time.<//></div>`}function Hi(){return r`<div class="card"><${N} title="No call yet">
    <p>Calls appear here by themselves. Make the first one in the <a href="/" target="_blank" rel="noopener">demo</a>, or give a client of yours a token:</p>
    <pre tabindex="0">hookswitch token alice</pre>
  <//></div>`}var ao=y(()=>{M();no();D();x();J();ne();us();ps()});async function qi(e,t){let s=[],n,o=0;do{let i=await f.get(`/webhooks/${encodeURIComponent(e)}/deliveries`,{limit:500,cursor:n});s.push(...i.items.filter(l=>l.call===t.id).map(l=>({...l,hook:e}))),o+=i.items.length,n=i.items.some(l=>Date.parse(l.at)<Date.parse(t.requested_at))||o>=io?null:i.next_cursor}while(n);return{items:s,isCut:o>=io&&s.length===0}}function lo(e){let t=S(async()=>{let n=await ue("/webhooks",{}),o=await Promise.all(n.map(({name:a})=>qi(a,e))),i=o.flatMap(a=>a.items);return i.sort((a,l)=>a.hook===l.hook?a.seq-l.seq:a.hook<l.hook?-1:1),{items:i,hooks:n.length,isCut:o.some(({isCut:a})=>a)}},[e.id,e.version]),s=e.state!=="ended"||(t.data?.items??[]).some(({state:n})=>n==="pending");return K(Fi,()=>s&&t.reload()),t}function co({deliveries:{data:e,error:t,reload:s}}){return t?r`<${C} error=${t} retry=${s} />`:e?r`<section class="card" data-testid="call-deliveries"><h2>Deliveries</h2>
    ${e.items.length>0?r`<${P} caption="The call's events on their way to the hooks" columns=${Bi} rows=${e.items} rowKey=${({hook:n,id:o})=>`${n} ${o}`} />`:r`<p class="fine">${e.hooks===0?r`No hook is registered to hear of calls. <a href="#/webhooks">Add one</a>`:e.isCut?r`Too long ago to be looked up here: see <a href="#/deliveries">Deliveries</a>.`:`No event of this call is kept for ${k(e.hooks,"hook")}.`}</p>`}
  </section>`:null}var Fi,io,Bi,uo=y(()=>{M();D();F();x();J();Fi=5e3,io=2e3;Bi=[{key:"hook",title:"Hook",render:({hook:e})=>r`<a href=${I("/webhooks",{name:e})}>${e}</a>`},{key:"seq",title:"Seq",number:!0,render:({seq:e})=>e},{key:"type",title:"Event",render:({type:e})=>r`<code>${e}</code>`},{key:"state",title:"State",render:({state:e})=>r`<${b} word=${e} />`},{key:"attempts",title:"Tries",number:!0,render:({attempts:e})=>e},{key:"status",title:"Last answer",render:({last_status:e,last_error:t})=>e?`HTTP ${e}`:t??""},{key:"tried",title:"Last try",render:({tried_at:e})=>r`<${_} at=${e} short precise />`}]});import{Ladder as Ki,toMermaid as Vi,traceToArrows as Ji}from"/ui/ladder.js";import{HOOK as ys,SERVER as ie,lanesFor as zi,userLane as po}from"/ui/ladder-data.js";import{useEffect as Gi,useMemo as Yi,useState as $o}from"/vendor/hooks.js";function Qi(e){let[t,s]=[po(e.caller),po(e.callee)],n={caller:t,callee:s,hook:ys,business:ie,server:ie},o=[],i=(a,l,c,d,u={})=>o.push({id:o.length,at:Date.parse(a.at),from:l,to:c,label:d,json:a,...u});for(let a of e.timeline){let l=n[a.actor]??ie;if(a.state==="requested"){i(a,e.placed?ie:t,e.placed?t:ie,e.placed?"placed":"request");for(let c of e.veto??[]){i(a,ie,ys,"veto?",{json:c});let d=new Date(Date.parse(a.at)+c.ms).toISOString(),u=c.verdict==="allow";i({at:d},ys,ie,c.verdict,{json:c,took:c.ms,tone:u?"good":"bad",note:c.error_code?String(c.error_code):""})}}else if(a.state==="ringing")i(a,ie,s,"request"),i(a,ie,t,"reply",{note:j(0)});else if(a.state==="talking")i(a,s,ie,"reply",{note:j(0)}),i(a,ie,t,"start",{tone:"good",note:`room ${e.room}`}),i(a,ie,s,"start",{tone:"good",note:`room ${e.room}`});else{let c={note:j(a.error_code),tone:a.error_code===0?"":"warn"},d=e.started_at?"finish":"reply";(l===t||l===s)&&i(a,l,ie,d,c),(l!==t||e.started_at)&&i(a,ie,t,d,c),e.ringing_at&&(l!==s||e.started_at)&&i(a,ie,s,d,c)}}return{lanes:zi([e.caller,e.callee],(e.veto??[]).map(({hook:a})=>a)),arrows:o}}function ho(e){let[t,s]=$o([]),[n,o]=$o(null),{data:i,error:a}=S(()=>f.get("/trace",{call:e.id,limit:Zi}),[e.id]);return Gi(()=>{i&&(s(i.items),o(i.items.at(-1)?.n??0))},[i]),St(i&&n!==null?{call:e.id,after:n}:null,l=>{s(c=>c.some(({n:d})=>d>=l.n)?c:[...c,l])}),Yi(()=>{let l=!a&&t.length>0,c=l?Ji(t,e):Qi(e);return{items:t,ladder:c,isFromTrace:l,isPartial:l&&!Xi(t),isLoaded:!!(i||a)}},[t,e.version,a,i])}function fo({call:e,ladder:{ladder:t,isFromTrace:s,isPartial:n,isLoaded:o}}){return o?r`<div class="row">
      ${!s&&r`<p class="fine" data-testid="from-record">The server no longer has the messages of this call; this is drawn from its record.</p>`}
      ${n&&r`<p class="fine">The server no longer has the first messages of this call.</p>`}
      <span class="push"></span><${W} label="Copy as Mermaid" text=${()=>Vi(t)} />
    </div>
    <${Ki} ...${t} live=${e.state!=="ended"} label="What was said in this call" />`:null}var Zi,Xi,mo=y(()=>{M();D();F();x();Zi=500;Xi=e=>e.some(({kind:t,body:s})=>t==="frame"&&(s?.event==="request"||s?.method==="verto.invite"))});import{useEffect as el,useState as tl}from"/vendor/hooks.js";function nl(e,t=Date.now()){let s=l=>Date.parse(l)-Date.parse(e.requested_at),n=e.ended_at?s(e.ended_at):Math.max(t-Date.parse(e.requested_at),0),o=e.ringing_at?s(e.ringing_at):e.started_at?s(e.started_at):n,i=e.started_at?s(e.started_at):n,a=(e.veto??[]).map(({hook:l,verdict:c,ms:d})=>({name:`veto ${l}`,from:0,to:d,tone:c==="allow"?"good":"bad",note:c}));return{total:Math.max(n,1),lanes:[{name:"requested",from:0,to:o,tone:"info"},...a,e.ringing_at&&{name:"ringing",from:o,to:i,tone:"warn"},e.started_at&&{name:"talking",from:i,to:n,tone:"good"}].filter(Boolean)}}function go({call:e}){let[t,s]=tl(Date.now());el(()=>{if(e.state==="ended")return;let a=setInterval(()=>s(Date.now()),sl);return()=>clearInterval(a)},[e.state]);let{total:n,lanes:o}=nl(e,t),i=a=>`${100*Math.min(a,n)/n}%`;return r`<div class="lanes" role="img" aria-label=${`Over ${g(n)}: ${o.map(({name:a,from:l,to:c})=>`${a} ${g(c-l)}`).join(", ")}`}>
    ${o.map(({name:a,from:l,to:c,tone:d,note:u})=>r`<div class="lane" key=${a}>
      <span class="lane-name">${a}</span>
      <div class="lane-track"><div class=${`lane-bar ${d}`} style=${{left:i(l),width:i(c-l)}}></div></div>
      <span class="lane-ms number">${g(c-l)}${u?` ${u}`:""}</span>
    </div>`)}
    <div class="lane" title=${Te(e)}>
      <span class="lane-name">ended</span>
      <div class="lane-track">${e.ended_at&&r`<div class=${`lane-end ${ve[e.reason]}`}></div>`}</div>
      <span class="lane-ms">${e.ended_at?j(e.error_code):"not yet"}</span>
    </div>
    <div class="lane fine" aria-hidden="true"><span class="lane-name"></span><div class="lane-scale number"><span>0</span><span>${g(n/2)}</span><span>${g(n)}</span></div><span class="lane-ms"></span></div>
  </div>`}var sl,bo=y(()=>{D();x();sl=500});var wo={};ee(wo,{default:()=>yo,drops:()=>pt,inWords:()=>he});function yo(){let{data:e,error:t,reload:s}=S(()=>f.get("/workers"),[]);return V(Q(s)),K(ol,s),r`
    <div class="screen-head"><h1>Workers</h1>
      ${e?.pool.simulated&&r`<${b} tone="warn" title="The library is the simulator: no WeChat user is called">simulated<//>`}
      <span class="push"></span><${L} path="/workers" />
    </div>
    <div class="stack">
      <p class="fine">Each call with a WeChat user has a process of its own, in which WeChat’s SDK runs.</p>
      <${C} error=${t} retry=${s} />
      ${e&&!e.pool.enabled&&r`<div class="card"><${N} title="There are no calls with WeChat users here">
        <p>Set <code>cloudvoip.library</code> to the compiled shim: <a href="/docs/wechat">how to</a>. Calls between browsers need no worker.</p><//></div>`}
      ${e?.pool.enabled&&r`<${ll} ...${e} />`}
    </div>`}function ll({items:e,pool:{busy:t,idle:s,max:n,prewarm:o,ends:i,failures:a=[]}}){return r`
    <div class="panels">
      <section class="card" data-testid="pool">
        <h2>Pool</h2>
        <${Me} value=${t} limit=${n} label="workers with a call" />
        <dl class="facts">
          <dt>with a call</dt><dd class="number" data-testid="pool-busy">${w(t)} of ${w(n)}</dd>
          <dt>waiting for one</dt><dd class="number" data-testid="pool-idle">${w(s)}</dd>
          <dt>kept ready</dt><dd class="number">${w(o)}</dd>
        </dl>
        ${t>=n&&r`<p class="problem">All are taken: another call with a WeChat user gets busy. Raise <code>cloudvoip.max_workers</code>.</p>`}
      </section>
      <section class="card" data-testid="worker-ends">
        <h2>How they ended, since the start</h2>
        ${Object.keys(i).length===0?r`<p class="fine">None has ended yet.</p>`:r`<dl class="facts">${Object.entries(i).map(([l,c])=>r`<dt>${he(l)}</dt><dd class=${rl.includes(l)?"number":"problem"}>${w(c)}</dd>`)}</dl>`}
      </section>
    </div>
    <section class="card"><h2>${k(e.length,"process","processes")}</h2>
      ${e.length===0?r`<p class="fine">None runs: one is started with the next call, or ahead of it where <code>cloudvoip.prewarm</code> says so.</p>`:r`<${P} caption="Media workers by number" testid="workers-table" rowTestid="worker-row" columns=${al} rows=${e} rowKey=${({id:l})=>String(l)} />`}
    </section>
    ${a.length>0&&r`<section class="card"><h2>Failed last</h2>
      <${P} caption="Workers that failed, the latest first" testid="failures-table" rowTestid="failure-row" columns=${il} rows=${a} rowKey=${({worker:l})=>String(l)} /></section>`}`}var ol,rl,he,pt,jt,al,il,Wt=y(()=>{M();D();F();x();ol=2e3,rl=["hung_up","declined","max_duration","rejected","cancelled","hangup_by_caller","hangup_by_callee","busy","no_answer","retired"],he=e=>e.replaceAll("_"," "),pt=({audio:e,video:t})=>e+t===0?"none":`${w(e)} sound, ${w(t)} video`,jt=r`<span class="fine">–</span>`,al=[{key:"id",title:"Worker",number:!0,render:({id:e})=>e},{key:"phase",title:"Phase",render:({phase:e})=>r`<${b} word=${e} />`},{key:"call",title:"Call",render:({call_id:e,account:t})=>e?r`<${Z} id=${e} /> <span class="fine">${t}</span>`:jt},{key:"status",title:"Last status",render:({last_status:e})=>e?r`${he(e.name)} <span class="fine">${e.n}</span>`:jt},{key:"pid",title:"Process",number:!0,render:({pid:e})=>e??jt},{key:"age",title:"Age",number:!0,render:({age_ms:e,started_at:t})=>r`<span title=${t}>${g(e)}</span>`},{key:"queues",title:"Waiting to, from WeChat",number:!0,render:({queues:{server_up:e,server_down:t,worker:s}})=>`${e+s.audio_up+s.video_up}, ${t+s.down}`},{key:"drops",title:"Dropped",render:e=>pt(e.drops)}],il=[{key:"at",title:"When",render:({at:e})=>r`<${_} at=${e} relative />`},{key:"worker",title:"Worker",number:!0,render:({worker:e})=>e},{key:"call",title:"Call",render:({call_id:e})=>e?r`<${Z} id=${e} />`:jt},{key:"phase",title:"While",render:({phase:e})=>e},{key:"why",title:"Why",className:"wrap",render:({reason:e,detail:t})=>r`<span class="problem">${he(e)}</span> <span class="fine">${t}</span>`}]});function So({media:e}){if(!e)return[];let{phases:t,statuses:s,end:n}=e;return[...t.map(({phase:o,at:i})=>({at:i,by:"The worker",word:o})),...s.map(({n:o,name:i,at:a})=>({at:a,by:"WeChat’s SDK",word:he(i),title:`status ${o}`})),...n?[{at:n.at,by:"The worker",word:he(n.reason),tone:n.failed?"bad":"good",said:ko(n)}]:[]]}function Co({media:e}){if(!e)return null;let{worker:t,account:s,pid:n,mode:o,statuses:i,formats:a,up:l,down:c,worker_dropped:d,key_frames_asked:u,sockets:$,phases:h,end:p}=e,m=[["Worker",r`<a href="#/workers">${t}</a> <span class="fine">process ${n??"–"}, account ${s}, ${o}</span>`],["Phase",p?r`<${b} tone=${p.failed?"bad":"good"}>${he(p.reason)}<//> ${j(p.code)}`:r`<${b} word=${h.at(-1)?.phase??""} />`],p&&ko(p)&&["Detail",r`<span class=${p.failed?"problem":""}>${p.detail}</span>`],["SDK said",i.map(({name:O})=>he(O)).join(" → ")||"nothing yet"],a.length>0&&["Formats",a.map(({dir:O,codec:E,rate:v})=>`${O} ${E}${v?` ${v} Hz`:""}`).join(", ")],["To WeChat",vo(l)],["From WeChat",vo(c)],["In the worker",`dropped: ${pt(d)}`],["Key frames",`asked for ${k(u,"time")}`],["Sockets",$===0?r`<span class="fine">the other party has opened none for media</span>`:w($)],p&&h[0]&&["Lasted",g(Date.parse(p.at)-Date.parse(h[0].at))]];return r`<section class="card" data-testid="call-media"><h2>Media worker</h2>
    <dl class="facts">${m.filter(Boolean).map(([O,E])=>r`<dt>${O}</dt><dd>${E}</dd>`)}</dl></section>`}var ko,vo,xo=y(()=>{D();x();Wt();ko=({reason:e,detail:t})=>t===he(e)?"":t;vo=({audio:e,video:t,bytes:s,dropped:n})=>r`${w(e)} of sound, ${w(t)} of video, ${we(s)}; dropped: ${pt(n)}`});import{toMermaid as cl}from"/ui/ladder.js";function _o(e,{ladder:t,deliveries:s,isUtc:n}){let o=l=>l?le(l,{isUtc:n,precise:!0}):"–",i=[["Server",Ue.value?`hookswitch ${Ue.value.version}`:""],["Call",`\`${e.id}\``],["Caller",`${e.caller}, ${e.caller_door}, device “${e.caller_device}”`],["Callee",`${e.callee}, ${e.callee_door??"door not known"}, device “${e.callee_device??""}”${e.dialled?`, dialled as ${e.dialled}`:""}`],["Media",Ve(e.flags)],["Requested",o(e.requested_at)],["Rang",g(e.ring_ms)],["Setup",g(_e(e))],["Talked",g(e.talk_ms)],["Ended",e.ended_at?`${o(e.ended_at)} by ${Le(e,e.ended_by)}: ${j(e.error_code)} (${e.reason})`:"not yet"]].filter(([,l])=>l),a=[`## ${e.caller} → ${e.callee}, ${o(e.requested_at)}`,Te(e),Ht(["",""],i),"### Steps",Ht(["version","at","state","by","code"],e.timeline.map(l=>[l.version,o(l.at),l.state,l.actor,l.state==="ended"?`${j(l.error_code)} ${l.reason??""}`:""]))];return e.veto?.length&&a.push("### Veto",Ht(["hook","verdict","ms","policy","code","message"],e.veto.map(l=>[l.hook,l.verdict,l.ms,l.policy,l.error_code,l.message]))),s.length&&a.push("### Deliveries",Ht(["hook","event","state","tries","last answer"],s.map(l=>[l.hook,l.type,l.state,l.attempts,l.last_status??l.last_error]))),a.push("### Ladder",`\`\`\`mermaid
${cl(t.ladder).trim()}
\`\`\``),a.push(`<details><summary>Record</summary>

\`\`\`json
${JSON.stringify(e,null,2)}
\`\`\`
</details>`),`${a.join(`

`)}
`}var ws,Ht,To=y(()=>{D();It();ws=e=>`| ${e.map(t=>String(t??"").replaceAll("|","\\|").replaceAll(`
`," ")).join(" | ")} |`,Ht=(e,t)=>[ws(e),ws(e.map(()=>"---")),...t.map(ws)].join(`
`)});import{useState as dl}from"/vendor/hooks.js";function vs(e,t){let s=t.filter(o=>o in e),n=Object.keys(e).filter(o=>!t.includes(o));return Object.fromEntries([...s,...n].map(o=>[o,e[o]]))}function hl(e,t){if(typeof e=="string")return e;let s=vs({...e.data,call:vs(e.data.call,Object.keys(t))},$l);return JSON.stringify(vs({...e,data:s},pl))}function fl({call:e,hook:t,question:s}){let[n,o]=dl(null),i=async()=>{let{"webhook-id":a,"webhook-timestamp":l,"webhook-signature":c}=s.headers,d=hl(s.body,e);try{o(await f.post(`/webhooks/${encodeURIComponent(t)}/verify`,{id:a,timestamp:l,signature:c,body:d}))}catch(u){fe(u.message,"bad")}};return n?r`<div class=${`notice ${n.valid?"good":"bad"}`} role="status">
    ${n.valid?"The signature is valid.":"The signature does not fit."}
    ${n.problems.length>0&&r`<ul>${n.problems.map(a=>r`<li>${a}</li>`)}</ul>`}
  </div>`:r`<button type="button" class="small" onClick=${i} data-testid="check-signature">Check the signature</button>`}function Oo({title:e,item:t}){return r`<details><summary>${e}${t.status?r` <span class="fine">HTTP ${t.status}</span>`:""}</summary>
    ${t.headers&&r`<${ke} value=${t.headers} label=${`Headers of: ${e}`} />`}
    ${t.body&&r`<${ke} value=${t.body} label=${`Body of: ${e}`} />`}</details>`}function ml({call:e,veto:t,hook:s,items:n}){let o=n.find(({kind:l})=>l==="veto.question"),i=n.find(({kind:l})=>l==="veto.answer"),a=s?.timeout_ms;return r`<div class="stack verdict">
    <div class="row"><strong>${t.hook}</strong><${b} word=${t.verdict} tone=${t.verdict==="allow"?"good":"bad"} />
      <span class="push number">${g(t.ms)}${a?r`<span class="fine"> of ${g(a)}</span>`:""}</span></div>
    ${a&&r`<${Me} value=${t.ms} limit=${a} label=${`Share of the hook's timeout: ${g(t.ms)} of ${g(a)}`} />`}
    ${t.error_code!==0&&r`<p>Refused with ${j(t.error_code)}</p>`}
    ${t.message&&r`<p>“${t.message}”</p>`}
    ${t.policy&&r`<p class="notice warn">${ul[t.policy]??t.policy}</p>`}
    ${o&&r`<${Oo} title="The question" item=${o} />`}
    ${i&&r`<${Oo} title="The answer" item=${i} />`}
    ${o?.headers&&o.body&&s&&A("admin")&&r`<div><${fl} call=${e} hook=${t.hook} question=${o} /></div>`}
  </div>`}function Mo({call:e,trace:t}){let{data:s}=S(()=>f.get("/webhooks",{limit:500}),[]),n=e.veto??[];if(n.length===0){let o=e.state==="requested"?"The hooks are being asked.":e.placed?"A call that the API places is put to no hook.":"No hook was asked before it rang.";return r`<section class="card"><h2>Veto</h2><p class="fine">${o}</p></section>`}return r`<section class="card" data-testid="veto"><h2>Veto</h2>
    ${n.map(o=>r`<${ml} key=${o.hook} call=${e} veto=${o} hook=${s?.items.find(({name:i})=>i===o.hook)} items=${t.filter(({hook:i})=>i===o.hook)} />`)}
  </section>`}var ul,pl,$l,Eo=y(()=>{M();D();F();x();ul={allow:"The hook gave no verdict; its policy, to allow, decided.",refuse:"The hook gave no verdict; its policy, to refuse, decided."},pl=["type","timestamp","data"],$l=["event","event_type","source_user","target_user","error_code","flags","param","user_str","seq","call"]});var Ro={};ee(Ro,{default:()=>No});import{useEffect as Ao,useState as gl}from"/vendor/hooks.js";async function yl(e){let t=[[e.caller,e.callee],[e.callee,e.caller]],s=await Promise.all(t.map(([a,l])=>f.get("/calls",{caller:a,callee:l,to:e.requested_at,limit:2}))),n=await Promise.all(t.map(([a,l])=>f.get("/calls",{caller:a,callee:l,from:e.requested_at,limit:500}))),o=a=>a.flatMap(({items:l})=>l.map(({id:c})=>c)),i=n.some(({next_cursor:a})=>a);return{previous:o(s).filter(a=>a<e.id).sort().at(-1),next:i?void 0:o(n).filter(a=>a>e.id).sort()[0]}}function wl({call:e,ladder:t,deliveries:s,reload:n}){let o=R(se),{data:i}=S(()=>yl(e),[e.id,e.state]),a=(c,d)=>c?r`<a class="button small" href=${Y(c)}>${d}</a>`:r`<button type="button" class="small" disabled>${d}</button>`,l=async()=>{await Ge(e)&&n()};return r`<div class="screen-head">
      <h1><${z} name=${e.caller} /> <span class="fine">→</span> <${z} name=${e.callee} /></h1>
      <${Pe} call=${e} />
      ${e.state!=="ended"&&r`<strong><${be} since=${e.started_at??e.requested_at} /></strong>`}
      <span class="push"></span>
      ${a(i?.previous,"← Previous")}${a(i?.next,"Next →")}
      <${W} label="Copy id" text=${e.id} />
      <${W} label="Copy as bug report" text=${()=>_o(e,{ladder:t,deliveries:s,isUtc:o})} testid="copy-report" />
      <${L} path=${`/calls/${e.id}`} />
      ${A("control")&&e.state!=="ended"&&r`<button type="button" class="small danger" onClick=${l} data-testid="finish-call">Finish</button>`}
    </div>
    <p class="said" data-testid="sentence">${Te(e)}</p>`}function vl({call:e}){let t=(n,o)=>`${n??"not known"}${o==null?"":` · ${o||"unnamed device"}`}`,s=[["Caller",r`<${z} name=${e.caller} /> <span class="fine">${t(e.caller_door,e.caller_device)}</span>`],["Callee",r`<${z} name=${e.callee} /> <span class="fine">${t(e.callee_door,e.callee_device)}</span>`],e.dialled&&["Dialled",r`${e.dialled} <span class="fine">a hook routed it to ${e.callee}</span>`],["Requested",r`<${_} at=${e.requested_at} precise />`],["Rang",e.ringing_at?e.ring_ms===null?r`<${be} since=${e.ringing_at} />`:g(e.ring_ms):"never"],["Talked",e.started_at?e.talk_ms===null?r`<${be} since=${e.started_at} />`:g(e.talk_ms):"never"],e.started_at&&["Setup",r`${g(_e(e))} <span class="fine">from the request to the start</span>`],e.ended_at&&["Ended by",Le(e,e.ended_by)],e.ended_at&&["Code",r`<${fn} value=${e.error_code} /> <span class="fine">${e.reason}</span>`],["Media",`${Ve(e.flags)}${e.param?` · param ${e.param}`:""}`],e.room&&["Room",e.room],e.user_str&&["Text",r`<code>${e.user_str}</code>`],e.placed&&["Placed by","the API"],["Id",r`<code>${e.id}</code>`]];return r`<section class="card"><h2>Facts</h2><dl class="facts">${s.filter(Boolean).map(([n,o])=>r`<dt>${n}</dt><dd>${o}</dd>`)}</dl>
    <a href=${I("/calls",{caller:e.caller,callee:e.callee})}>All calls from ${e.caller} to ${e.callee}</a></section>`}function kl({call:e}){let t=Date.parse(e.timeline[0]?.at??e.requested_at),s=a=>a.state==="ended"?`${j(a.error_code)}${a.reason?` (${a.reason})`:""}`:"",n=e.timeline.map(a=>({at:a.at,version:a.version,word:a.state,by:Le(e,a.actor),said:s(a)})),o=[...So(e),...n].sort((a,l)=>Date.parse(a.at)-Date.parse(l.at));return r`<${P} caption="Every step of the call" testid="steps-table" columns=${[{key:"version",title:"Version",number:!0,render:({version:a})=>a??""},{key:"at",title:"At",render:({at:a})=>r`<${_} at=${a} precise />`},{key:"after",title:"After",number:!0,className:"nowrap",render:({at:a})=>g(Date.parse(a)-t)},{key:"state",title:"State",render:({word:a,tone:l,title:c})=>r`<${b} word=${a} tone=${l} title=${c} />`},{key:"actor",title:"By",render:({by:a})=>a},{key:"code",title:"Code",render:({said:a})=>a??""}]} rows=${o} rowKey=${({version:a,at:l,by:c,word:d})=>`${a??c} ${l} ${d}`} />`}function Sl({call:e,query:t,setQuery:s,reload:n}){let o=ho(e),i=lo(e),a=Io.some(([l])=>l===t.tab)?t.tab:"ladder";return r`
    <${wl} call=${e} ladder=${o} deliveries=${i.data?.items??[]} reload=${n} />
    <section class="card"><${go} call=${e} /></section>
    <div class="beside">
      <div class="stack">
        <section class="card">
          <${Ee} tabs=${Io} chosen=${a} choose=${l=>s({tab:l==="ladder"?"":l})} label="The call as" />
          ${a==="ladder"&&r`<${fo} call=${e} ladder=${o} />`}
          ${a==="steps"&&r`<${kl} call=${e} />`}
          ${a==="json"&&r`<div class="row"><span class="push"></span><${W} label="Copy JSON" text=${()=>JSON.stringify(e,null,2)} /></div><${ke} value=${e} label="The call as JSON" />`}
        </section>
        <${co} deliveries=${i} />
      </div>
      <div class="stack"><${Mo} call=${e} trace=${o.items} /><${Co} media=${e.media} /><${vl} call=${e} /></div>
    </div>`}function No({params:e,query:t,setQuery:s}){let[n,o]=gl(!1),{data:i,error:a,reload:l}=S(()=>f.get(`/calls/${encodeURIComponent(e.id)}`),[e.id]);return V(({event:c,data:{data:d}})=>{(c==="gap"||d?.call?.id===e.id)&&l()}),K(bl,()=>i?.media&&!i.media.end&&l()),Ao(()=>o(a?.status===404||a?.status===400),[a]),Ao(()=>{i&&(document.title=`${i.caller} → ${i.callee}, ${le(i.requested_at).slice(11)} · hookswitch console`)},[i?.id]),n?r`<div class="card"><${N} title="There is no such call">It may be older than what is kept, or its id was cut. <a href="#/calls">Look through the calls</a><//></div>`:r`<${C} error=${a} retry=${l} />${i&&r`<${Sl} call=${i} query=${t} setQuery=${s} reload=${l} />`}`}var bl,Io,Lo=y(()=>{lt();M();D();F();x();J();ne();uo();mo();bo();xo();To();Eo();bl=1e3,Io=[["ladder","Ladder"],["steps","Steps"],["json","JSON"]]});import{useState as ks}from"/vendor/hooks.js";function Ft({user:e=""}){let[t,s]=ks(!1);return r`<button type="button" class="small" onClick=${()=>s(!0)} data-testid="mint">Mint a token</button>
    ${t&&r`<${xl} user=${e} close=${()=>s(!1)} />`}`}function xl({user:e,close:t}){let[s,n]=ks(null),o=async i=>{i.preventDefault();let a=new FormData(i.target);await ae(async()=>n(await f.post("/tokens",{user:a.get("user"),ttl_secs:Number(a.get("ttl_secs"))})))};return s?r`<${oe} title="The token, shown this once" onClose=${t} testid="minted">
      <p>Its bearer is that user until <${_} at=${s.expires_at} />. It is kept nowhere.</p>
      <pre class="wrap" tabindex="0" data-testid="token">${s.token}</pre>
      <div class="row"><${W} text=${s.token} label="Copy the token" /><button type="button" class="push" onClick=${t}>Done</button></div>
    <//>`:r`<${oe} title="Mint a token" onClose=${t}>
    <form class="stack" onSubmit=${o}>
      <${q} label="User" hint="Who the bearer will be. Nobody needs to be registered first.">
        <input name="user" required pattern="[A-Za-z0-9._@:+\\-]+" maxlength="128" defaultValue=${e} autocomplete="off" autocapitalize="none" spellcheck=${!1} data-testid="mint-user" /><//>
      <${q} label="Good for"><select name="ttl_secs" defaultValue="3600">${Cl.map(([i,a])=>r`<option value=${i} selected=${i===3600}>${a}</option>`)}</select><//>
      <div class="row"><button type="button" class="push" onClick=${t}>Cancel</button><button class="primary" data-testid="mint-confirm">Mint</button></div>
    </form>
  <//>`}function qt({user:e="",label:t="Add an account",onDone:s}){let[n,o]=ks(!1),i=async a=>{a.preventDefault();let l=new FormData(a.target),c=l.get("user")??e;await ae(()=>f.put(`/users/${encodeURIComponent(c)}`,{password:l.get("password")}),`${c} may log in with that password.`)&&(o(!1),s?.())};return r`<button type="button" class="small" onClick=${()=>o(!0)} data-testid="account">${t}</button>
    ${n&&r`<${oe} title=${e?`A password for ${e}`:"An account with a password"} onClose=${()=>o(!1)}>
      <form class="stack" onSubmit=${i}>
        ${!e&&r`<${q} label="User"><input name="user" required pattern="[A-Za-z0-9._@:+\\-]+" maxlength="128" autocomplete="off" autocapitalize="none" data-testid="account-user" /><//>`}
        <${q} label="Password" hint="Kept as an argon2id hash. Sessions that are there stay.">
          <input name="password" type="password" required maxlength="1024" autocomplete="new-password" data-testid="account-password" /><//>
        <div class="row"><button type="button" class="push" onClick=${()=>o(!1)}>Cancel</button><button class="primary" data-testid="account-confirm">Set the password</button></div>
      </form>
    <//>`}`}var Cl,Ss=y(()=>{M();x();Cl=[[300,"5 minutes"],[3600,"1 hour"],[86400,"1 day"],[2592e3,"30 days"],[31536e3,"1 year"]]});var jo={};ee(jo,{Status:()=>Bt,default:()=>Uo,statusOf:()=>Po});function Po({online:e,call:t}){return t?t.state:e?"idle":"offline"}function Bt({user:e}){let t=Po(e);return r`<${b} word=${t}>${t==="idle"&&r`<span class="dot good"></span>`}${t}<//>`}function Uo({query:e,setQuery:t}){let s={online:e.online,limit:100,cursor:e.cursor},{data:n,error:o,reload:i}=S(()=>f.get("/users",s),[e.online,e.cursor]),a=Q(i,_l);V(a);let l=[{name:"online",label:"Online",options:["true","false"]}],c={key:"kick",title:r`<span class="unseen">Actions</span>`,render:({user:u,online:$})=>$&&r`<button type="button" class="small danger" data-testid="kick" onClick=${()=>Nt(u).then(i)}>Kick</button>`},d=n?.items??[];return r`
    <div class="screen-head"><h1>Users</h1>${n&&r`<span class="fine">${k(d.filter(({online:u})=>u).length,"user")} of this page online</span>`}
      <span class="push"></span>
      ${A("admin")&&r`<${Ft} /><${qt} onDone=${i} />`}
      <${L} path="/users" params=${{online:e.online}} />
    </div>
    <${$e} fields=${l} query=${e} setQuery=${t} />
    <${C} error=${o} retry=${i} />
    ${n&&d.length===0&&r`<div class="card"><${N} title=${e.online==="false"?"Nobody with an account is away":"Nobody is here"}>
      <p>Whoever has a token may log in under its name; nobody needs to be registered first. Open the <a href="/" target="_blank" rel="noopener">demo</a>, or mint a token:</p>
      <pre tabindex="0">hookswitch token alice</pre><//></div>`}
    ${d.length>0&&r`<div class="card"><${P} caption="Users by name" testid="users-table" rowTestid="user-row" columns=${A("control")?[...Do,c]:Do} rows=${d}
      rowKey=${({user:u})=>u} open=${({user:u})=>X(Je(u).slice(1))} /></div>`}
    ${(n?.next_cursor||e.cursor)&&r`<${Oe} cursor=${e.cursor} next=${n?.next_cursor} setQuery=${t} first="First" before="Before" after="After" />`}`}var _l,Tl,Do,Cs=y(()=>{lt();M();D();F();x();J();Ss();_l=400;Tl=({sessions:e})=>e.map(({since:t})=>t).sort()[0],Do=[{key:"user",title:"User",render:({user:e})=>r`<${z} name=${e} />`},{key:"status",title:"Status",render:e=>r`<${Bt} user=${e} />`},{key:"call",title:"Call",render:({user:e,call:t})=>t&&r`<${Z} id=${t.id}>with ${t.caller===e?t.callee:t.caller}<//>`},{key:"devices",title:"Devices",render:({sessions:e})=>e.map(({session:t,device:s,connected:n})=>r`<${b} key=${t} word=${s||"unnamed"} tone=${n?"":"warn"} title=${n?"connected":"the line is lost, the grace period runs"} /> `)},{key:"door",title:"Doors",render:({sessions:e})=>[...new Set(e.map(({door:t})=>t))].join(", ")},{key:"address",title:"Addresses",render:({sessions:e})=>r`<span class="mono">${[...new Set(e.map(({address:t})=>t).filter(Boolean))].join(", ")}</span>`},{key:"since",title:"Since",render:e=>r`<${_} at=${Tl(e)} short />`}]});var Fo={};ee(Fo,{default:()=>Ho});function Al({user:e,reload:t}){let{call:s}=e;if(!s)return null;let n=s.caller===e.user?s.callee:s.caller;return r`<section class="card"><div class="row"><h2>In a call</h2><${Pe} call=${s} /><span>with <${z} name=${n} /></span>
    <strong><${be} since=${s.started_at??s.requested_at} /></strong><a class="push" href=${Y(s.id)}>Open the call</a>
    ${A("control")&&r`<button type="button" class="small danger" data-testid="finish-call" onClick=${()=>Ge(s).then(t)}>Finish</button>`}</div></section>`}function Ho({params:e}){let t=e.user,s=S(()=>f.get(`/users/${encodeURIComponent(t)}`),[t]),n=S(()=>f.get("/calls",{user:t,limit:20}),[t]),o=()=>Promise.all([s.reload(),n.reload()]),i=Q(o,Ol);V(({event:c,data:{data:d}})=>{(c==="gap"||d?.user===t||d?.call?.caller===t||d?.call?.callee===t)&&i()});let{data:a}=s,l=n.data?.items??[];return r`
    <div class="screen-head"><h1>${t}</h1>${a&&r`<${Bt} user=${a} />`}<span class="push"></span>
      ${A("admin")&&r`<${Ft} user=${t} /><${qt} user=${t} label="Set a password" onDone=${o} />
        <button type="button" class="small danger" onClick=${()=>yn(t).then(o)} data-testid="delete-account">Delete the account</button>`}
      ${A("control")&&a?.online&&r`<button type="button" class="small danger" data-testid="kick" onClick=${()=>Nt(t).then(o)}>Kick</button>`}
      <${L} path=${`/users/${encodeURIComponent(t)}`} />
    </div>
    <${C} error=${s.error??n.error} retry=${o} />
    ${a&&r`<${Al} user=${a} reload=${o} />
      <section class="card"><h2>Sessions</h2>${a.sessions.length>0?r`<${P} caption="Sessions" testid="sessions-table" columns=${a.sessions.some(({door:c})=>c==="verto")?[...Wo,...Ml]:Wo} rows=${a.sessions} rowKey=${({session:c})=>c} />`:r`<p class="fine">No device is logged in. Calls to ${t} end with 100102 offline.</p>`}</section>`}
    ${n.data&&r`<section class="card"><div class="row"><h2>Calls</h2><a class="push" href=${I("/calls",{user:t})}>All calls of ${t}</a>
        <a href=${I("/trace",{user:t})}>Trace ${t}</a></div>
      ${l.length>0?r`<${P} caption=${`The last calls of ${t}`} columns=${El.map(c=>({...c,render:d=>c.render(d,t)}))} rows=${l} rowKey=${({id:c})=>c} open=${({id:c})=>X(Y(c).slice(1))} />`:r`<${N} title=${`${t} was in no call yet`}>Any name may log in with a token of its own; check the spelling if you expected calls.<//>`}
    </section>`}`}var Ol,Wo,Ml,El,qo=y(()=>{lt();M();D();F();x();J();Cs();Ss();Ol=250,Wo=[{key:"device",title:"Device",render:({device:e})=>e||r`<span class="fine">unnamed</span>`},{key:"line",title:"Line",render:({connected:e})=>r`<${b} word=${e?"connected":"lost"} tone=${e?"good":"warn"} title=${e?void 0:"The session waits for the client to come back."} />`},{key:"door",title:"Door",render:({door:e})=>e},{key:"address",title:"Address",render:({address:e})=>r`<span class="mono">${e}</span>`},{key:"since",title:"Since",render:({since:e})=>r`<${_} at=${e} />`},{key:"client",title:"Client",render:({client:e})=>r`<span class="fine clip" title=${e}>${e??""}</span>`},{key:"session",title:"Session",render:({session:e})=>r`<code title=${e}>…${e.slice(-12)}</code>`}],Ml=[{key:"sessid",title:"Sessid",render:({sessid:e})=>r`<code>${e??""}</code>`},{key:"channels",title:"Channels",render:({channels:e})=>e?.map(t=>r`<${b} key=${t} word=${t} /> `)}],El=[{key:"requested",title:"Requested",render:e=>r`<${_} at=${e.requested_at} short />`},{key:"way",title:"Way",render:(e,t)=>e.caller===t?"to":"from"},{key:"other",title:"With",render:(e,t)=>r`<${z} name=${e.caller===t?e.callee:e.caller} />`},{key:"outcome",title:"State or end",render:e=>r`<${Pe} call=${e} />`},{key:"talked",title:"Talked",number:!0,render:e=>e.state==="talking"?r`<${be} since=${e.started_at} />`:g(e.talk_ms)},{key:"id",title:"Id",render:e=>r`<${Z} id=${e.id} />`}]});async function Bo(e){let t=`/webhooks/${encodeURIComponent(e)}/deliveries`,[s,n]=await Promise.all([f.get(t,{limit:Il}),f.get(t,{state:"pending",limit:Rl})]),o=i=>s.items.filter(i).length;return{delivered:o(({state:i})=>i==="delivered"),dead:o(({state:i})=>i==="dead"),failing:o(({state:i,attempts:a})=>i==="pending"&&a>0),waiting:n.items.length,isMore:!!n.next_cursor,lastError:s.items.find(({state:i,last_error:a})=>i!=="delivered"&&a)?.last_error??null}}async function Ko(){let{items:e}=await f.get("/calls",{limit:Nl}),t=new Map;for(let{hook:s,ms:n}of e.flatMap(({veto:o})=>o??[]))t.has(s)||t.set(s,[]),t.get(s).push(n);return new Map([...t].map(([s,n])=>{let o=n.sort((a,l)=>a-l),i=a=>o[Math.min(o.length-1,Math.ceil(o.length*a)-1)];return[s,{verdicts:o.length,p50:i(.5),p95:i(.95)}]}))}function Kt({delivered:e,dead:t,failing:s}){let n=e+t+s;return n===0?null:e/n}var Il,Nl,Rl,xs=y(()=>{M();Il=200,Nl=200,Rl=500});function Vo({ok:e,status:t,latency_ms:s,error:n},o){if(e){let a=o.veto&&s>o.timeout_ms/2?`Verdicts are waited for ${o.timeout_ms} ms, and this took more than half of that. Make the receiver faster, or wait longer.`:"It is reached, and it answers. Check in the receiver that it verifies the signature.";return{title:`Answered ${t} in ${s} ms`,advice:a}}return t?{title:`Answered ${t} in ${s} ms`,advice:Ll[t]??Dl(t)}:{title:`No answer: ${n??"unknown cause"}`,advice:Pl(n??"")}}function Dl(e){return e>=500?"The receiver failed while it handled the message. Its own log says why; the server would try again.":e>=300&&e<400?"Redirects are not followed. Register the address it redirects to.":"The receiver refuses the message. An event that is answered like this is given up at once, and can be replayed."}function Pl(e){return/no answer within/.test(e)?"The receiver is too slow or hangs. It should answer first and work afterwards.":/address refused/.test(e)?"The server does not call this address. Private addresses need webhooks.allow_private = true.":/refused/i.test(e)?"Nothing listens at this address and port. Is the receiver running, and reachable from the server?":/certificate|tls|handshake/i.test(e)?"TLS failed. Is the certificate valid for this name, and from an authority that the server knows?":/dns|lookup|resolve|no address/i.test(e)?"The name has no address. Check the host in the URL, and the server’s DNS.":"The connection broke before an answer came. The receiver’s log may say why."}var _s,Ye,Ll,Ts,Vt,Ze=y(()=>{_s=[{group:"call.*",doc:"every step of every call",events:[["call.requested","somebody calls"],["call.ringing","the callee’s devices ring"],["call.started","they talk"],["call.finished","it is over, with code and reason"]]},{group:"user.*",doc:"who comes and goes",events:[["user.online","a user’s first session"],["user.offline","a user’s last session is gone"]]},{group:"worker.*",doc:"media workers",events:[["worker.failed","a media worker died"]]}],Ye={allow:{tone:"warn",label:"allow on failure",consequence:"Calls go through unasked while the hook is down or slow. Nobody is cut off, and nobody is stopped either."},refuse:{tone:"bad",label:"refuse on failure",consequence:"Nobody can call anybody while the hook is down. Callers get 207 where it was too slow, 206 otherwise."}},Ll={400:"The receiver could not read the message. It must take a JSON body.",401:"The receiver does not take the signature. Does it have this hook’s secret, and does it check the body as it came, byte for byte? The verifier below says why a signature fails.",403:"The receiver does not take the signature, or something in front of it asks for a login. The verifier below says why a signature fails.",404:"There is no such path at the receiver. Check the URL.",405:"The receiver does not take POST at this path.",408:"The receiver gave up waiting. The server would try again.",410:"The answer 410 says “no more events”: after an event it would stop this hook. Answer 2xx instead.",413:"The receiver takes no message of this size. An event with a call has some two kilobytes.",415:"The receiver does not take application/json.",429:"The receiver asks for fewer messages. The server would try again, and honours Retry-After."};Ts=`import { createServer } from 'node:http';

createServer(async (request, response) => {
  const { type, data } = JSON.parse(Buffer.concat(await request.toArray()));
  console.log(type, data.source_user ?? '', data.target_user ?? '');
  const isBlocked = type === 'call.request' && data.target_user === 'blocked';
  const verdict = isBlocked ? { error_code: 403, message: 'not today' } : { error_code: 0 };
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify(verdict));
}).listen(9000, '127.0.0.1');
`,Vt=[{language:"Python",path:"/docs/receivers/verify.py"},{language:"Node",path:"/docs/receivers/verify.mjs"},{language:"Go",path:"/docs/receivers/verify.go"},{language:"PHP",path:"/docs/receivers/verify.php"},{language:"Ruby",path:"/docs/receivers/verify.rb"}]});import{useState as Os}from"/vendor/hooks.js";function zo({hook:e,taken:t,onSaved:s,onClose:n}){let[o,i]=Os(()=>jl(e)),[a,l]=Os(null),[c,d]=Os(!1),u=p=>i(m=>({...m,...p})),$=!e&&t.includes(o.name),h=async p=>{if(p.preventDefault(),!$){d(!0);try{s(await f.put(`/webhooks/${encodeURIComponent(o.name)}`,Ms(o)))}catch(m){l(m),d(!1)}}};return r`
    <div class="screen-head"><h1>${e?`Edit ${e.name}`:"Add a webhook"}</h1></div>
    <form class="stack guided" onSubmit=${h} data-testid="webhook-form">
      <fieldset class="card">
        <legend class="unseen">Where it is</legend>
        <h2><span class="step">1</span> Where is it?</h2>
        <${q} label="Name" hint="letters, digits, dots, dashes, underscores; lists and records name it so">
          <input value=${o.name} onInput=${({target:p})=>u({name:p.value})} required pattern=${Ul.source} maxlength="64"
            readonly=${!!e} autofocus=${!e} autocomplete="off" spellcheck=${!1} data-testid="webhook-name" />
        <//>
        ${$&&r`<p class="problem" role="alert">There is a hook of this name. Open that one to change it.</p>`}
        <${q} label="URL" hint="the server POSTs signed JSON to it; redirects are not followed">
          <input type="url" value=${o.url} onInput=${({target:p})=>u({url:p.value})} required pattern="https?://.+" maxlength="2048"
            placeholder="https://business.example.org/hooks/calls" spellcheck=${!1} data-testid="webhook-url" />
        <//>
        <${q} label="Description" hint="in your own words; may be left out">
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
        <${Wl} chosen=${o.events} choose=${p=>u({events:p})} />
      </fieldset>
      ${o.veto&&r`<${Hl} form=${o} put=${u} />`}
      <fieldset class="card">
        <legend class="unseen">Save</legend>
        <h2><span class="step">${o.veto?4:3}</span> ${e?"Save it":"Save it, and get the secret"}</h2>
        <p class="fine">${e?"The secret stays as it is. A hook that a 410 had stopped starts again.":"The server makes the signing secret and shows it once, on the next page. Then a test event can be sent."}</p>
        ${!o.veto&&o.events.length===0&&r`<p class="notice warn">With neither the veto nor an event, the hook does nothing.</p>`}
        <${C} error=${a} />
        <div class="row">
          <button type="button" class="push" onClick=${n}>Cancel</button>
          <button class="primary" disabled=${c||$} data-testid="save-webhook">${e?"Save":"Save the webhook"}</button>
        </div>
      </fieldset>
    </form>`}function jl(e){if(!e)return{name:"",url:"",description:"",veto:!1,events:["call.*"],on_failure:"",timeout_ms:String(Jo),enabled:!0};let{name:t,url:s,description:n,veto:o,events:i,on_failure:a,timeout_ms:l,enabled:c}=e;return{name:t,url:s,description:n,veto:o,events:i,on_failure:a,timeout_ms:String(l),enabled:c}}function Ms({url:e,description:t,veto:s,events:n,on_failure:o,timeout_ms:i,enabled:a}){return{url:e.trim(),description:t,veto:s,events:n,on_failure:o||"allow",timeout_ms:Number(i)||Jo,enabled:a}}function Wl({chosen:e,choose:t}){let s=e.includes("*"),n=(a,l=[])=>({target:c})=>{let d=e.filter(u=>u!==a&&!l.includes(u));t(c.checked?[...d,a]:d)},o=_s.flatMap(({group:a,events:l})=>[a,...l.map(([c])=>c)]),i=(a,l,{isCovered:c=!1,covers:d}={})=>r`
    <label class="choice">
      <input type="checkbox" checked=${c||e.includes(a)} disabled=${c} onChange=${n(a,d)} data-testid=${`event-${a}`} />
      <span><code>${a}</code> <span class="fine">${l}</span></span>
    </label>`;return r`
    <h3>Which events it hears</h3>
    ${i("*","everything, also what later versions add",{covers:o})}
    <div class="event-groups">
      ${_s.map(({group:a,doc:l,events:c})=>r`
        <div class="stack" key=${a}>
          ${i(a,l,{isCovered:s,covers:c.map(([d])=>d)})}
          <div class="stack indent">${c.map(([d,u])=>i(d,u,{isCovered:s||e.includes(a)}))}</div>
        </div>`)}
    </div>`}function Hl({form:e,put:t}){return r`
    <fieldset class="card">
      <legend class="unseen">When it gives no verdict</legend>
      <h2><span class="step">3</span> And when it gives no verdict?</h2>
      <p class="fine">A hook that is down, too slow or confused gives none. Choose what is worse for you: a call that should not have been, or none at all.</p>
      ${Object.entries(Ye).map(([s,{label:n,consequence:o}])=>r`
        <label class="choice" key=${s}>
          <input type="radio" name="on-failure" value=${s} required checked=${e.on_failure===s} onChange=${()=>t({on_failure:s})} data-testid=${`on-failure-${s}`} />
          <span><strong>${n}</strong> <span class="fine">${o}</span></span>
        </label>`)}
      <${q} label="How long a verdict is waited for, in milliseconds" hint="10 to 30000; callers wait this long at worst">
        <input type="number" min="10" max="30000" step="1" required value=${e.timeout_ms} onInput=${({target:s})=>t({timeout_ms:s.value})} data-testid="webhook-timeout" />
      <//>
    </fieldset>`}var Ul,Jo,Es=y(()=>{M();x();Ze();Ul=/^[A-Za-z0-9][A-Za-z0-9._\-]{0,63}$/,Jo=1e3});function $t({text:e,what:t,testid:s}){return r`
    <div class="notice warn stack">
      <p><strong>This ${t} is shown once.</strong> Put it where it is needed now; the server does not show it again.</p>
      <div class="row">
        <code class="secret" data-testid=${s} tabindex="0">${e}</code>
        <${W} text=${e} />
      </div>
    </div>`}var As=y(()=>{x()});function Jt({hook:e}){return e.enabled?e.stopped_at?r`<${b} tone="bad" title="It answered 410, so it hears no events until it is saved again">stopped by 410<//>`:r`<${b} tone="good">on<//>`:r`<${b} tone="warn">paused<//>`}function zt({hook:e}){if(!e.veto)return r`<span class="fine">not asked</span>`;let{tone:t,label:s,consequence:n}=Ye[e.on_failure];return r`<${b} tone=${t} title=${n}>${s}<//>`}function Gt(){return r`
    <div class="stack">
      <div class="row"><h3>A receiver in ten lines</h3><span class="push"></span><${W} text=${Ts} /></div>
      <p class="fine">Save it as <code>hook.mjs</code>, run <code>node hook.mjs</code>, and register <code>http://127.0.0.1:9000/</code>. It refuses calls to “blocked”.
        Whole ones, which verify signatures too: ${Fl.map(([e,t])=>r`<a key=${t} href=${t}>${e}</a> `)}</p>
      <pre tabindex="0" role="region" aria-label="a receiver in ten lines">${Ts}</pre>
    </div>`}var Fl,Is=y(()=>{x();Ze();Fl=[["Python","/docs/receivers/receiver.py"],["Node","/docs/receivers/receiver.mjs"],["Go","/docs/receivers/receiver.go"]]});import{useState as Ns}from"/vendor/hooks.js";function Go({hook:e,path:t}){let[s,n]=Ns(null),[o,i]=Ns(null),[a,l]=Ns(!1),c=async()=>{l(!0),i(null);try{n(await f.post(`${t}/test`))}catch(u){i(u)}l(!1)},d=s&&Vo(s,e);return r`
    <section class="card" data-testid="webhook-test">
      <h2>Send a test event</h2>
      <p class="fine">The server POSTs a signed <code>ping</code> to the hook now, and tells how it went.</p>
      <div class="row">
        <button type="button" class="primary" onClick=${c} disabled=${a} data-testid="send-test">${a?"Sending…":"Send a test event"}</button>
        <${L} method="POST" path=${`${t}/test`} />
      </div>
      <${C} error=${o} />
      ${d&&r`<div class=${`notice ${s.ok?"good":"bad"}`} role="status" data-testid="test-result">
        <strong>${d.title}</strong><p>${d.advice}</p>
      </div>`}
    </section>`}var Yo=y(()=>{M();x();Ze()});import{useState as Yt}from"/vendor/hooks.js";async function ql(e){let t=await fetch(e);if(!t.ok)throw new Error(`The server has no ${e}.`);return t.text()}function Zo(){let[e,t]=Yt(Vt[0].language),{path:s}=Vt.find(a=>a.language===e),{data:n,error:o,reload:i}=S(()=>ql(s),[s]);return r`
    <section class="card" data-testid="snippets">
      <div class="row"><h2>Verify its messages</h2><span class="push"></span>${n&&r`<${W} text=${n} />`}</div>
      <p class="fine">Anybody can POST to your receiver; only the server can sign. Check the signature over the body as it came, before reading it.</p>
      <${Ee} tabs=${Vt.map(a=>[a.language,a.language])} chosen=${e} choose=${t} label="Language" />
      ${o&&r`<div class="notice row">
        <span>${o.message} The scheme is that of Standard Webhooks: any of its libraries verifies the messages too.</span>
        <button type="button" class="small push" onClick=${i}>Try again</button>
      </div>`}
      ${n&&r`<pre class="snippet" tabindex="0" role="region" aria-label=${`verification in ${e}`}>${n}</pre>
        <p class="fine">The same file: <a href=${s}>${s}</a></p>`}
    </section>`}function Qo({path:e}){let[t,s]=Yt({id:"",timestamp:"",signature:"",body:""}),[n,o]=Yt(null),[i,a]=Yt(null),l=d=>{s(u=>({...u,...d})),o(null)};return r`
    <section class="card" data-testid="verifier">
      <h2>Why does a signature fail?</h2>
      <p class="fine">Paste what your receiver got: three headers, and the body byte for byte. Nothing is kept.</p>
      <form class="stack" onSubmit=${async d=>{d.preventDefault(),a(null);try{o(await f.post(`${e}/verify`,t))}catch(u){a(u)}}}>
        ${Bl.map(({name:d,label:u,hint:$})=>r`
          <${q} key=${d} label=${u} hint=${$}>
            <input class="mono" value=${t[d]} onInput=${({target:h})=>l({[d]:h.value})} autocomplete="off" spellcheck=${!1} data-testid=${`verify-${d}`} />
          <//>`)}
        <${q} label="body">
          <textarea class="mono" value=${t.body} onInput=${({target:d})=>l({body:d.value})} spellcheck=${!1} data-testid="verify-body"></textarea>
        <//>
        <div class="row"><button class="primary" data-testid="verify">Verify</button></div>
      </form>
      <${C} error=${i} />
      ${n&&r`<div class=${`notice ${n.valid?n.problems.length>0?"warn":"good":"bad"}`} role="status" data-testid="verify-result">
        <strong>${n.valid?"The signature is good.":"The signature is not good."}</strong>
        ${n.problems.length>0&&r`<ul>${n.problems.map(d=>r`<li>${d}</li>`)}</ul>`}
      </div>`}
    </section>`}var Bl,Xo=y(()=>{M();F();x();Ze();Bl=[{name:"id",label:"webhook-id"},{name:"timestamp",label:"webhook-timestamp",hint:"seconds since 1970"},{name:"signature",label:"webhook-signature",hint:"v1,…"}]});import{useState as Kl}from"/vendor/hooks.js";function er({hook:e,secret:t,forgetSecret:s,reload:n,show:o}){let[i,a]=Kl(null),{name:l}=e,c=`/webhooks/${encodeURIComponent(l)}`,d=e.source==="file",u=A("admin")&&!d,$=async()=>{let m=e.veto?"It is neither asked nor told until it is resumed: calls go through without its veto. Events of that time are lost to it.":"It hears nothing until it is resumed. Events of that time are lost to it.";if(e.enabled&&!await re({title:`Pause ${l}?`,body:m,action:"Pause"}))return;let O=e.enabled?`${l} is paused.`:`${l} is on again.`;await ae(()=>f.put(c,{...Ms(e),enabled:!e.enabled}),O)&&n()},h=async()=>{await re({title:`Rotate the secret of ${l}?`,body:"The server makes a new secret and shows it once. For 24 hours both sign, so that the receiver can be changed in peace; then only the new one does.",action:"Rotate"})&&await ae(async()=>a((await f.post(`${c}/rotate-secret`)).secret))},p=async()=>{let m=`The hook is neither asked nor told any more, and ${e.fares?.waiting?`the ${k(e.fares.waiting,"event")} that wait for it are`:"what waits for it is"} given up. Its secret is gone for good.`;await re({title:`Delete ${l}?`,body:m,action:"Delete"})&&await ae(()=>f.del(c),`${l} is deleted.`)&&(n(),o({}))};return r`
    <div class="screen-head">
      <a class="button quiet small" href=${I("/webhooks")}>← all hooks</a>
      <h1 data-testid="webhook-title">${l}</h1>
      <${Jt} hook=${e} />
      <span class="push"></span>
      ${u&&r`
        <button type="button" onClick=${()=>o({hook:l,form:"edit"})} data-testid="edit-webhook">Edit</button>
        <button type="button" onClick=${$} data-testid="pause-webhook">${e.enabled?"Pause":"Resume"}</button>`}
      ${A("admin")&&r`<button type="button" onClick=${h} data-testid="rotate-secret">Rotate secret</button>`}
      ${u&&r`<button type="button" class="danger" onClick=${p} data-testid="delete-webhook">Delete</button>`}
    </div>
    ${d&&r`<p class="notice">This hook stands in the configuration file, so it is read-only here. Change the file and send SIGHUP: the server reads it anew without a restart. Its secret can be rotated here unless the file holds it.</p>`}
    ${e.stopped_at&&r`<p class="notice bad">It answered 410 <${_} at=${e.stopped_at} />, which says “no more events”: none has been sent since. Save it again to start anew.${e.veto?" Its veto is still asked.":""}</p>`}
    ${t&&r`<section class="card" data-testid="secret-card">
      <h2>The signing secret of ${l}</h2>
      <${$t} text=${t} what="secret" testid="webhook-secret" />
      <div class="row"><span class="fine">Next: give it to the receiver, then send a test event.</span><button type="button" class="small push" onClick=${s} data-testid="forget-secret">I have it</button></div>
    </section>`}
    ${i&&r`<section class="card" data-testid="rotated-card">
      <h2>The new secret of ${l}</h2>
      <${$t} text=${i} what="secret" testid="rotated-secret" />
      <div class="row"><span class="fine">Until ${new Date(Date.now()+864e5).toLocaleString()} the old one signs as well.</span><button type="button" class="small push" onClick=${()=>a(null)}>I have it</button></div>
    </section>`}
    <div class="panels">
      <div class="stack">
        <${Vl} hook=${e} path=${c} />
        <${Zo} />
      </div>
      ${A("admin")&&r`<div class="stack">
        <${Go} hook=${e} path=${c} />
        <${Qo} path=${c} />
      </div>`}
    </div>
    <section class="card"><${Gt} /></section>`}function Vl({hook:e,path:t}){let{name:s,url:n,veto:o,events:i,timeout_ms:a,on_failure:l,description:c,created_at:d,updated_at:u,fares:$,verdicts:h}=e,p=$&&Kt($);return r`
    <section class="card" data-testid="webhook-facts">
      <div class="row"><h2>What it is</h2><span class="push"></span><${L} path=${t} /></div>
      ${c&&r`<p>${c}</p>`}
      <dl class="facts">
        <dt>URL</dt><dd class="mono">${n}</dd>
        <dt>hears</dt><dd class="row tight">${i.length>0?i.map(m=>r`<${b} key=${m}>${m}<//>`):"no events"}</dd>
        <dt>veto</dt><dd>${o?`asked before every call, waited for ${g(a)}`:"not asked about calls"}</dd>
        ${o&&r`<dt>without a verdict</dt><dd><${zt} hook=${e} /> <span class="fine">${Ye[l].consequence}</span></dd>`}
        ${h&&r`<dt>verdicts</dt><dd class="number">${g(h.p50)} median, ${g(h.p95)} p95, of ${k(h.verdicts,"verdict")}</dd>`}
        ${$&&r`<dt>deliveries</dt><dd class="number">
          ${p===null?"none yet":`${Math.floor(100*p)} % of the latest ${w($.delivered+$.dead+$.failing)}`}, ${$.isMore?`more than ${$.waiting}`:w($.waiting)} waiting
          ${" "}<a href=${I("/deliveries",{hook:s})}>see them</a>
          ${$.lastError&&r`<br /><span class="problem">last failure: ${$.lastError}</span>`}
        </dd>`}
        <dt>made</dt><dd><${_} at=${d} />, changed <${_} at=${u} relative /></dd>
      </dl>
    </section>`}var tr=y(()=>{M();D();x();J();xs();As();Es();Is();Yo();Xo();Ze()});var nr={};ee(nr,{default:()=>sr});import{useState as Jl}from"/vendor/hooks.js";async function Gl(){let e=await ue("/webhooks"),[t,...s]=await Promise.all([Ko(),...e.map(({name:n})=>Bo(n))]);return e.map((n,o)=>({...n,fares:s[o],verdicts:t.get(n.name)??null}))}function sr({query:e,setQuery:t}){let{data:s,error:n,reload:o}=S(Gl,[]),[i,a]=Jl(null),l=Q(o,1500);V(l),K(zl,o);let c=h=>{t({hook:"",form:"",...h},{replace:!1}),scrollTo(0,0)},d=s??[],u=d.find(({name:h})=>h===e.hook),$=h=>{a(h.secret?h:null),o(),c({hook:h.name})};return e.form&&A("admin")&&s?r`<${zo} key=${e.form} hook=${e.form==="edit"?u:null} taken=${d.map(({name:h})=>h)}
      onSaved=${$} onClose=${()=>c({hook:e.hook})} />`:e.hook&&(u||i?.name===e.hook)?r`<${er} key=${e.hook} hook=${u??i} secret=${i?.name===e.hook?i.secret:null}
      forgetSecret=${()=>a(null)} reload=${o} show=${c} />`:r`
    <div class="screen-head">
      <h1>Webhooks</h1>
      <span class="push"></span>
      <${L} path="/webhooks" />
      ${A("admin")&&r`<button type="button" class="primary" onClick=${()=>c({form:"new"})} data-testid="add-webhook">Add a webhook</button>`}
    </div>
    <${C} error=${n} retry=${o} />
    ${e.hook&&s&&r`<p class="notice warn">There is no hook named ${e.hook} (any more).</p>`}
    ${s?.length===0&&r`<${ec} add=${()=>c({form:"new"})} />`}
    ${d.length>0&&r`
      <section class="card">
        <${P} columns=${Yl} rows=${d} rowKey=${({name:h})=>h} open=${({name:h})=>c({hook:h})}
          caption="Webhooks" testid="webhooks-table" rowTestid="webhook-row" />
      </section>
      <p class="fine">Success: of the latest 200 deliveries, those acknowledged. Verdict times: of the latest 200 calls.</p>`}`}function Zl(e){let{name:t,source:s,veto:n}=e;return r`<a class="user" href=${I("/webhooks",{hook:t})}>${t}</a>
    ${s==="file"&&r` <${b} title="from the configuration file: read-only here">file<//>`}
    ${n&&r`<span class="row tight"><${b} tone="info">veto<//><${zt} hook=${e} /></span>`}`}function Ql(e){let t=Kt(e);if(t===null)return r`<span class="fine">–</span>`;let s=t>.99?"good":t>.9?"warn":"bad";return r`<${b} tone=${s} title=${e.lastError??""}>${Math.floor(100*t)} %<//>`}function Xl(e,{waiting:t,isMore:s}){return t===0?r`<span class="fine">0</span>`:r`<a href=${I("/deliveries",{hook:e,state:"pending"})}>${s?`${t}+`:t}</a>`}function ec({add:e}){return r`
    <section class="card">
      <${N} title="No hook yet">
        <p>A hook is your business server’s ear and voice: it hears what becomes of every call, and may refuse a call before it rings.</p>
        ${A("admin")?r`<button type="button" class="primary" onClick=${e}>Add the first one</button>`:r`<p>Adding one needs a key of scope admin.</p>`}
      <//>
      <${Gt} />
    </section>`}var zl,Yl,or=y(()=>{M();D();F();x();J();xs();Es();tr();Is();zl=1e4;Yl=[{key:"name",title:"Name",render:Zl},{key:"state",title:"State",render:e=>r`<${Jt} hook=${e} />`},{key:"what",title:"Hears",render:({veto:e,events:t})=>r`<span class="row tight">
    ${t.map(s=>r`<${b} key=${s}>${s}<//>`)}
    ${!e&&t.length===0&&r`<${b} tone="warn" title="neither asked nor told: choose events or the veto">nothing<//>`}
  </span>`},{key:"url",title:"URL",className:"wrap",render:({url:e})=>r`<span class="mono">${e}</span>`},{key:"success",title:"Success",number:!0,render:({fares:e})=>Ql(e)},{key:"verdict",title:"Verdict p50 / p95",number:!0,render:({verdicts:e})=>e?`${g(e.p50)} / ${g(e.p95)}`:"–"},{key:"backlog",title:"Backlog",number:!0,render:({name:e,fares:t})=>Xl(e,t)}]});async function rr(e,t,s){let n=await Promise.all(e.map(l=>tc(l,t,s))),o=n.flatMap(({items:l})=>l).sort((l,c)=>c.id-l.id),i=o.slice(0,Rs),a=o.length>Rs||n.some(({next:l})=>l);return{items:i,next:a&&i.length>0?String(i.at(-1).id):null}}async function tc(e,t,s){let{items:n,next_cursor:o}=await f.get(Ie(e),{state:t,cursor:s,limit:Rs});return{items:n.map(i=>({...i,hook:e})),next:o}}async function ar(e,t,s){let n=[];for(let o of e){let i=n.length,a=await ue(Ie(o),{state:t},l=>s(i+l));n.push(...a.map(l=>({...l,hook:o})))}return n}var Rs,Ie,Se,Zt=y(()=>{M();Rs=50,Ie=e=>`/webhooks/${encodeURIComponent(e)}/deliveries`,Se=({hook:e,id:t})=>`${e}/${t}`});function ir({delivery:e}){let{state:t,attempts:s}=e,n=a=>a<s?t==="delivered"&&a===s-1?"good":"bad":t==="pending"&&a===s?"next":"ahead",o={good:"delivered",bad:"failed",next:"next",ahead:""},i=sc.map((a,l)=>({wait:a,is:n(l)}));return r`
    <ol class="rungs plain" aria-label="tries of this delivery">
      ${i.map(({wait:a,is:l},c)=>r`
        <li class=${l} aria-current=${l==="next"?"step":null}>
          <span class="fine">${c===0?a:`+ ${a}`}</span>
          <strong>${o[l]||(t==="pending"?"to come":"not needed")}</strong>
        </li>`)}
    </ol>`}var sc,lr=y(()=>{x();sc=["at once","5 s","30 s","2 min","10 min","30 min","2 h","6 h","12 h"]});function cr({delivery:e,replay:t}){let{id:s,hook:n,call:o,at:i,tried_at:a,attempts:l,last_status:c,last_error:d}=e,u=`${Ie(n)}/${s}/replay`;return r`
    <div class="stack detail" data-testid="delivery-detail">
      <p><strong>${nc(e)}</strong></p>
      <${ir} delivery=${e} />
      <dl class="facts">
        <dt>delivery</dt><dd class="number">${s} to ${n}</dd>
        <dt>call</dt><dd><${Z} id=${o}>${o}<//></dd>
        <dt>happened</dt><dd><${_} at=${i} precise /></dd>
        <dt>tried</dt><dd>${l===0?"not yet":r`${k(l,"time")}, the last <${_} at=${a} precise />`}</dd>
        <dt>the hook answered</dt><dd>${c?`HTTP ${c}`:l>0?"nothing":"–"}${d?`: ${d}`:""}</dd>
      </dl>
      ${A("admin")&&r`<div class="row">
        <button type="button" onClick=${()=>t.ask([e])} disabled=${t.isRunning} data-testid="replay-one">Replay</button>
        <${L} method="POST" path=${u} label="Copy replay as curl" />
      </div>`}
    </div>`}function nc({state:e,attempts:t,last_status:s,next_at:n}){if(e==="delivered")return`Delivered at try ${Math.max(1,t)}.`;if(e==="dead")return s>=400&&s<500?`Given up: the hook answered ${s}, which says that trying again is no use. It can be replayed.`:`Given up after ${k(t,"try","tries")}. It can be replayed.`;if(t===0)return"Waits for its first try, behind earlier events of its call.";let o=n?Date.parse(n)-Date.now():0;return`Tried ${k(t,"time")}; the next try ${o>0?`is in ${g(o)}`:"is due"}.`}var dr=y(()=>{M();D();x();Zt();lr()});import{useRef as oc,useState as rc}from"/vendor/hooks.js";function pr(e){let[t,s]=rc(null),n=oc(!1),o=async l=>{n.current=!1;let c={total:l.length,sent:0,failed:0,isRunning:!0,error:null};s({...c});for(let{hook:d,id:u}of l){if(n.current)break;try{await f.post(`${Ie(d)}/${u}/replay`),c.sent+=1}catch($){c.failed+=1,c.error=$}s({...c})}s({...c,isRunning:!1,isStopped:n.current}),e()},i=async l=>await re({title:`Replay ${ur(l.length)}?`,body:"Each goes to its hook once more with all its tries. A hook that has seen it before knows it by its webhook-id.",action:"Replay",danger:!1})?(await o(l),!0):!1,a=async(l,c)=>{n.current=!1,s({isLooking:!0,isRunning:!0,found:0,words:c});try{let d=await l(u=>(s({isLooking:!0,isRunning:!0,found:u,words:c}),!n.current));s(null),!n.current&&d.length>0&&await i(d)}catch(d){s({total:0,sent:0,failed:0,error:d,isRunning:!1})}};return{progress:t,isRunning:t?.isRunning===!0,ask:i,askAll:a,stop:()=>{n.current=!0},clear:()=>s(null)}}function $r({replay:e}){let{progress:t,stop:s,clear:n}=e;if(!t)return null;let{total:o,sent:i,failed:a,isRunning:l,isStopped:c,isLooking:d,found:u,words:$,error:h}=t,p=d?`Looking for ${$}: ${u} so far`:l?`Replaying: ${i+a} of ${o}`:`${c?"Stopped":"Done"}: ${ur(i)} of ${o} will be sent again${a?`, ${a} failed`:""}`;return r`
    <section class="card" data-testid="replay-progress">
      <div class="row">
        <strong role="status">${p}</strong>
        ${l?r`<button type="button" class="small push" onClick=${s} data-testid="replay-stop">Stop</button>`:r`<button type="button" class="small push" onClick=${n}>Close</button>`}
      </div>
      ${!d&&r`<progress max=${o} value=${i+a} aria-label="replayed"></progress>`}
      <${C} error=${h} />
    </section>`}var ur,hr=y(()=>{M();D();x();Zt();ur=e=>k(e,"delivery","deliveries")});var mr={};ee(mr,{default:()=>fr});import{useState as ac}from"/vendor/hooks.js";async function cc({hook:e,state:t,cursor:s}){let n=(await ue("/webhooks")).map(({name:i})=>i),o=n.filter(i=>!e||i===e);return{names:n,wanted:o,...await rr(o,t,s)}}function fr({query:e,setQuery:t}){let s=S(()=>cc(e),[e.hook,e.state,e.cursor]),[n,o]=ac(new Map),i=pr(s.reload),a=Q(()=>!e.cursor&&s.reload(),700);V(a),K(lc,a);let{items:l=[],names:c=[],wanted:d=[],next:u=null}=s.data??{},$=e.open,h=(E,v)=>{let H=new Map(n);v?H.set(Se(E),E):H.delete(Se(E)),o(H)},p=async()=>{await i.ask([...n.values()])&&o(new Map)},m=A("admin")&&r`
    <div class="row" data-testid="replay-tools">
      <button type="button" disabled=${n.size===0||i.isRunning} onClick=${p} data-testid="replay-selected">
        Replay ${n.size===0?"selected":k(n.size,"selected","selected")}
      </button>
      <button type="button" disabled=${l.length===0||i.isRunning} data-testid="replay-matching"
        onClick=${()=>i.askAll(E=>ar(d,e.state,E),dc(e))}>Replay all that match</button>
    </div>`,O=[{name:"hook",label:"Hook",options:c},{name:"state",label:"State",options:ic}];return r`
    <div class="screen-head">
      <h1>Deliveries</h1>
      <span class="push"></span>
      ${e.hook&&r`<${L} path=${Ie(e.hook)} params=${{state:e.state}} />`}
    </div>
    <div class="stack">
      <p class="fine">Each event is kept on disk until its hook has acknowledged it, and sent in order for each call.</p>
      <${$e} fields=${O} query=${e} setQuery=${t}>${m}<//>
      <${$r} replay=${i} />
      <${C} error=${s.error} retry=${s.reload} />
      ${s.data&&c.length===0&&r`<${N} title="No hook is registered yet">
        <p>Events are delivered to hooks. <a href=${I("/webhooks")}>Add the first one</a>, then make a call.</p>
      <//>`}
      ${c.length>0&&l.length===0&&r`<${N} title=${e.state||e.cursor?"No delivery matches":"No event yet"}>
        <p>${e.state?`No delivery is ${e.state}.`:r`Make a call, in the <a href="/">demo</a> for instance: each of its steps is an event.`}</p>
      <//>`}
      ${l.length>0&&r`
        <section class="card"><${P} columns=${uc(n,h)} rows=${l} rowKey=${Se} caption="Deliveries, the newest first" testid="deliveries-table" rowTestid="delivery-row"
          open=${E=>t({open:$===Se(E)?"":Se(E)})} rowClass=${E=>$===Se(E)?"opened":""}
          expanded=${E=>$===Se(E)&&r`<${cr} delivery=${E} replay=${i} />`} /></section>
        <${Oe} cursor=${e.cursor} next=${u} setQuery=${t} shown=${k(l.length,"delivery","deliveries")} />`}
    </div>`}function dc({hook:e,state:t}){return`${t?`every ${t} delivery`:"every delivery"} of ${e?`the hook ${e}`:"all hooks"}`}function pc(e,t){return e?r`<${b} tone=${e<300?"good":"bad"}>${e}<//> <span class="fine">${t??""}</span>`:t?r`<span class="problem">${t}</span>`:r`<span class="fine">–</span>`}function $c({state:e,attempts:t,next_at:s}){if(e!=="pending"||!s)return r`<span class="fine">–</span>`;let n=Date.parse(s)-Date.now();return n<=0?r`<span title=${s}>due</span>`:r`<span title=${s}>in ${g(Math.max(1e3,n))}</span>${t===0&&r` <span class="fine">behind earlier ones</span>`}`}var ic,lc,uc,gr=y(()=>{M();D();F();x();J();dr();Zt();hr();ic=["pending","delivered","dead"],lc=5e3;uc=(e,t)=>[...A("admin")?[{key:"pick",title:"",render:s=>r`<input type="checkbox" aria-label=${`select delivery ${s.id}`} checked=${e.has(Se(s))}
      onChange=${({target:n})=>t(s,n.checked)} data-testid="pick-delivery" />`}]:[],{key:"at",title:"When",render:({at:s})=>r`<${_} at=${s} relative />`},{key:"hook",title:"Hook",render:({hook:s})=>r`<a href=${I("/webhooks",{hook:s})}>${s}</a>`},{key:"type",title:"Event",render:({type:s,seq:n})=>r`${s} <span class="fine">no. ${n}</span>`},{key:"state",title:"State",render:({state:s})=>r`<${b} word=${s} />`},{key:"last",title:"Last answer",render:({last_status:s,last_error:n})=>pc(s,n)},{key:"next",title:"Next try",render:$c},{key:"attempts",title:"Attempts",number:!0,render:({attempts:s})=>s},{key:"call",title:"Call",render:({call:s})=>r`<${Z} id=${s} />`}]});var yr={};ee(yr,{default:()=>br});import{useState as hc}from"/vendor/hooks.js";function br(){let{data:e,error:t,reload:s}=S(()=>f.get("/wechat/accounts"),[]);V(Q(s)),K(fc,s);let n=e?.items??[];return r`
    <div class="screen-head"><h1>WeChat accounts</h1><span class="push"></span>
      ${A("control")&&n.length>0&&r`<${wc} accounts=${n} />`}
      <${L} path="/wechat/accounts" />
    </div>
    <div class="stack">
      <p class="fine">Mini programs whose users call devices, and are called by them. Each call has a <a href="#/workers">worker</a>.</p>
      <${C} error=${t} retry=${s} />
      ${e&&n.length===0&&r`<div class="card"><${N} title="No account is configured">
        <p>Add a mini program to the configuration as <code>[[wechat.account]]</code>: <a href="/docs/wechat">how to</a>.</p><//></div>`}
      ${n.map(o=>r`<${bc} key=${o.name} account=${o} />`)}
    </div>`}function bc({account:e}){let{name:t,appid:s,simulated:n,third_party:o,device_user:i,push_path:a,last_push:l,pushes:c,refused:d,token:u,errors:$}=e,h=a&&location.origin+a;return r`<section class="card" data-testid="wechat-account" data-id=${t}>
    <div class="row"><h2>${t}</h2>
      ${n&&r`<${b} tone="warn" title="WeChat and its users are played by this server">simulated<//>`}
      ${o&&r`<${b}>third-party platform<//>`}
    </div>
    <dl class="facts">
      <dt>Mini program</dt><dd>${s?r`<code>${s}</code>`:r`<span class="fine">none is needed</span>`}</dd>
      <dt>Push address</dt><dd>${h?r`<span class="row"><code data-testid="push-address">${h}</code><${W} text=${h} testid="copy-push" /></span>
          <span class="fine">For WeChat’s console, in security mode. WeChat must reach it: put the server’s public name in.</span>`:r`<span class="fine">none is needed</span>`}</dd>
      <dt>Last push</dt><dd data-testid="last-push">${l?r`<${_} at=${l.at} relative /> ${l.kind} <${b} tone=${mc[l.outcome]??"bad"}>${he(l.outcome)}<//> ${l.errcode!==0&&j(l.errcode)}`:r`<span class="fine">none since the start${h&&!n?": enter the push address in WeChat’s console":""}</span>`}</dd>
      <dt>Pushes</dt><dd class="number">${w(c)}${d>0&&r`, <span class="problem">${w(d)} refused</span>`}</dd>
      <dt>Access token</dt><dd data-testid="token-state">${u?r`<${b} tone=${gc[u.state]}>${u.state==="none"?"not asked for yet":u.state}<//>
          ${u.expires_at&&r` until <${_} at=${u.expires_at} short />`} ${u.error&&r`<span class="problem">${u.error}</span>`}`:r`<span class="fine">none is needed</span>`}</dd>
      <dt>Device’s user</dt><dd><code>${i}</code></dd>
    </dl>
    ${$.length>0&&r`<h3>${k($.length,"error")} of WeChat’s API, since the start</h3>
      <${P} caption=${`Errors of ${t}`} testid="errors-table" rowTestid="error-row" columns=${yc} rows=${$} rowKey=${({errcode:p,meaning:m})=>`${p} ${m}`} />`}
  </section>`}function wc({accounts:e}){let[t,s]=hc(!1),n=()=>s(!1),o=async a=>{a.preventDefault();let l=[...new FormData(a.target)].map(([c,d])=>[c,d.trim()]).filter(([,c])=>c);await ae(async()=>{let{id:c}=await f.post("/wechat/calls",Object.fromEntries(l));location.hash=Y(c)})&&n()},i={autocomplete:"off",autocapitalize:"none",spellcheck:!1,maxlength:128};return r`<button type="button" class="small primary" onClick=${()=>s(!0)} data-testid="wechat-call">Call a WeChat user</button>
    ${t&&r`<${oe} title="Call a WeChat user" onClose=${n} testid="wechat-call-dialog"><form class="stack" onSubmit=${o}>
      <${q} label="Account"><select name="account">${e.map(({name:a})=>r`<option>${a}</option>`)}</select><//>
      <${q} label="Device" hint="The user that the device is logged in as. It must be online."><input name="device" required ...${i} data-testid="wechat-device" /><//>
      <${q} label="openid" hint=${e.some(({simulated:a})=>a)&&"Of a simulated account, what the user does: answer, refuse, busy, silent, crash-talk."}><input name="openid" required ...${i} data-testid="wechat-openid" /><//>
      <${q} label="Call with"><select name="room_type"><option value="video">picture and sound</option><option value="voice">sound</option></select><//>
      <${q} label="Name that the phone shows"><input name="listener_name" ...${i} /><//>
      <div class="row"><button type="button" class="push" onClick=${n}>Cancel</button><button class="primary" data-testid="wechat-call-confirm">Call</button></div>
    </form><//>`}`}var fc,mc,gc,yc,wr=y(()=>{M();D();F();x();J();Wt();fc=5e3,mc={verified:"good",accepted:"good",matched:"good",pending:"warn",refused:"warn",repeated:"",ignored:""},gc={valid:"good",failed:"bad",none:""};yc=[{key:"errcode",title:"errcode",number:!0,render:({errcode:e})=>e??"–"},{key:"meaning",title:"Meaning",className:"wrap",render:({meaning:e})=>e},{key:"advice",title:"What to do",className:"wrap",render:({advice:e})=>e},{key:"count",title:"Times",number:!0,render:e=>w(e.count)},{key:"last",title:"Last",render:({last_at:e})=>r`<${_} at=${e} relative />`}]});function vr(e){let t=new Map((e.tags??[]).map(({name:s,description:n})=>[s,{name:s,doc:n,operations:[]}]));for(let[s,n]of Object.entries(e.paths??{}))for(let o of vc){if(!n[o])continue;let i=Sc(e,s,o,n[o]);t.has(i.tag)||t.set(i.tag,{name:i.tag,doc:"",operations:[]}),t.get(i.tag).operations.push(i)}return[...t.values()].filter(s=>s.operations.length>0)}function Sc(e,t,s,n){let o=n.requestBody?.content?.["application/json"],i=Object.entries(n.responses??{}).find(([l])=>l.startsWith("2"))?.[1]?.content??{},a=(n.security??[]).flatMap(l=>Object.values(l).flat());return{id:n.operationId??`${s} ${t}`,method:s.toUpperCase(),path:t,tag:n.tags?.[0]??"other",summary:n.summary??"",scope:a[0]??null,asksOnce:s==="delete"||s==="put"||kc.test(t),isStream:"text/event-stream"in i,parameters:(n.parameters??[]).filter(l=>l.in!=="header").map(l=>Cc(e,l)),body:o?xc(e,o.schema):null,bodyRequired:n.requestBody?.required===!0}}function Cc(e,{in:t,name:s,schema:n,required:o,description:i}){return kr(e,t,s,n,o,i)}function xc(e,t){let{properties:s={},required:n=[]}=ht(e,t);return Object.entries(s).map(([i,a])=>kr(e,"body",i,a,n.includes(i))).sort((i,a)=>a.required-i.required)}function ht(e,t={}){if(t.$ref){let n=t.$ref.split("/").slice(1).reduce((o,i)=>o?.[i],e);return{...ht(e,n),...t.description&&{description:t.description}}}if(t.allOf)return t.allOf.map(n=>ht(e,n)).reduce(_c,{});let s=(t.oneOf??t.anyOf??[]).filter(n=>n.type!=="null");return s.length===1?{...ht(e,s[0]),...t.description&&{description:t.description}}:t}function _c(e,t){let s=[...e.required??[],...t.required??[]];return{...e,...t,required:s,properties:{...e.properties,...t.properties}}}function kr(e,t,s,n,o=!1,i){let a=ht(e,n),l=[a.type??"string"].flat().filter(c=>c!=="null");return{key:`${t}.${s}`,where:t,name:s,required:o===!0,kind:a.enum?"choice":l[0]??"string",options:a.enum??null,doc:i??a.description??"",example:a.example??a.default??"",isPassword:a.format==="password",isUuid:a.format==="uuid",min:a.minimum,max:a.maximum}}function Sr(e,t,s){let n={},o=new URLSearchParams,i=e.path;for(let c of e.parameters){let d=(t[c.key]??"").trim();!d&&c.required&&(n[c.key]="needed"),c.where==="path"?i=i.replace(`{${c.name}}`,d?encodeURIComponent(d):`{${c.name}}`):d&&o.set(c.name,d)}let a=e.body?Tc(e,t,s,n):void 0,l=o.toString();return{method:e.method,path:l?`${i}?${l}`:i,body:a,problems:n}}function Tc(e,t,s,n){if(s!==null){if(!s.trim()&&!e.bodyRequired)return;try{return JSON.parse(s)}catch(i){n.body=`this is no JSON: ${i.message}`;return}}let o={};for(let i of e.body){let a=t[i.key]??"";if(!a&&i.required&&(n[i.key]="needed"),!!a)try{o[i.name]=Oc(i,a)}catch(l){n[i.key]=l.message}}return Object.keys(o).length>0||e.bodyRequired?o:void 0}function Oc({kind:e},t){if(e==="boolean")return t==="true";if(e==="array")return t.split(/[\s,]+/).filter(Boolean);if(e==="object")return JSON.parse(t);if(e!=="integer"&&e!=="number")return t;let s=Number(t);if(!Number.isFinite(s)||e==="integer"&&!Number.isInteger(s))throw new Error(`not ${e==="integer"?"a whole number":"a number"}`);return s}function Ls(e){return e===null?"None":typeof e=="boolean"?e?"True":"False":Array.isArray(e)?`[${e.map(Ls).join(", ")}]`:typeof e=="object"?`{${Object.entries(e).map(([t,s])=>`${JSON.stringify(t)}: ${Ls(s)}`).join(", ")}}`:JSON.stringify(e)}var vc,kc,Ds,Ps=y(()=>{M();vc=["get","post","put","patch","delete"],kc=/\/(finish|kick|rotate-secret|restart)$/;Ds={curl:({method:e,path:t,body:s})=>vt(e,t,{body:s}),JavaScript({method:e,path:t,body:s}){let n=s===void 0?"":", 'Content-Type': 'application/json'";return[`const response = await fetch(${JSON.stringify(tt(t).href)}, {`,`  method: '${e}',`,`  headers: { Authorization: \`Bearer \${process.env.HOOKSWITCH_API_KEY}\`${n} },`,...s===void 0?[]:[`  body: JSON.stringify(${JSON.stringify(s)}),`],"});","console.log(response.status, await response.text());"].join(`
`)},Python({method:e,path:t,body:s}){return["import json, os, urllib.request","","request = urllib.request.Request(",`    ${JSON.stringify(tt(t).href)},`,`    method="${e}",`,"    headers={",'        "Authorization": "Bearer " + os.environ["HOOKSWITCH_API_KEY"],',...s===void 0?[]:['        "Content-Type": "application/json",'],"    },",...s===void 0?[]:[`    data=json.dumps(${Ls(s)}).encode(),`],")","with urllib.request.urlopen(request) as response:","    print(response.status, response.read().decode())"].join(`
`)}}});function Cr({field:e,value:t,set:s,problem:n}){let{name:o,where:i,required:a,doc:l,kind:c}=e;return r`
    <label>
      <span class="row tight"><code>${o}</code> <span class="fine">${i==="body"?"":`${i}, `}${Mc(e)}${a?", needed":""}</span></span>
      ${Ec(e,c,t,s)}
      ${n&&r`<span class="problem" role="alert">${n}</span>`}
      ${l&&r`<span class="fine"><${ze} text=${l} /></span>`}
    </label>`}function Mc({kind:e,isUuid:t,options:s,min:n,max:o}){let i=n!==void 0&&o!==void 0?` ${n} to ${o}`:n!==void 0?` from ${n}`:"",a={integer:`whole number${i}`,number:`number${i}`,boolean:"yes or no",array:"list, with commas between",object:"JSON"};return s?"one of a list":t?"UUID":a[e]??"text"}function Ec(e,t,s,n){let{key:o,options:i,example:a,isPassword:l,min:c,max:d,required:u}=e,$=({target:v})=>n(v.value),h={value:s,onInput:$,"data-testid":`field-${o}`,"aria-required":u?"true":void 0},p=i??(t==="boolean"?["true","false"]:null);if(p)return r`<select ...${h} onChange=${$}>
      <option value="">${u?"choose":"left out"}</option>
      ${p.map(v=>r`<option value=${v}>${v}</option>`)}
    </select>`;if(t==="object")return r`<textarea class="mono" ...${h} spellcheck=${!1}></textarea>`;let m=l?"password":t==="integer"||t==="number"?"number":"text",O=t==="number"?"any":void 0,E=a===""?"":`as ${Array.isArray(a)?a.join(", "):a}`;return r`<input type=${m} ...${h} min=${c} max=${d} step=${O} placeholder=${E} autocomplete=${l?"new-password":"off"} spellcheck=${!1} />`}var xr=y(()=>{x()});import{useEffect as Ac,useRef as Ic,useState as Qe}from"/vendor/hooks.js";function _r({operation:e,given:t}){let s=[...e.parameters,...e.body??[]],[n,o]=Qe(()=>Object.fromEntries(s.map(({key:T})=>[T,t[T]??""]))),[i,a]=Qe(null),[l,c]=Qe(!1),{answer:d,isSending:u,send:$,stop:h}=Lc(),p=Sr(e,n,i),m=!e.scope||A(e.scope),O=T=>ce=>o(Ce=>({...Ce,[T]:ce})),E=async T=>{if(T.preventDefault(),c(!0),!m||Object.keys(p.problems).length>0)return;let ce={title:`${p.method} ${p.path}`,body:`${e.summary} This is done for real.`,action:"Send",danger:p.method==="DELETE"};e.asksOnce&&!await re(ce)||$(p,e.isStream)},v=T=>l?p.problems[T]:null,H=T=>r`<${Cr} key=${T.key} field=${T} value=${n[T.key]} set=${O(T.key)} problem=${v(T.key)} />`;return r`
    <div class="exchange">
      <form class="card" onSubmit=${E} novalidate data-testid="try-form">
        <h2 class="mono wrap">${e.method} ${e.path}</h2>
        <p><${ze} text=${e.summary} /></p>
        <p class="fine row tight">${e.scope?r`Needs scope <${b} tone=${m?"good":"bad"}>${e.scope}<//> ${m?`– your key has ${B.value?.scope}`:`– your key has only ${B.value?.scope}, so it cannot be sent`}`:"Open to all: needs no key."}</p>
        <div class="try-fields">${e.parameters.map(H)}</div>
        ${e.body&&r`<${Nc} fields=${e.body.map(H)} rawBody=${i} setRawBody=${a} body=${p.body} problem=${v("body")} />`}
        <div class="row">
          <button class="primary" disabled=${!m||u} data-testid="try-send">${u?"Sending…":"Send"}</button>
          ${u&&e.isStream&&r`<button type="button" onClick=${h} data-testid="try-stop">Stop</button>`}
        </div>
        <${Rc} request=${p} />
      </form>
      <${Uc} answer=${d} isSending=${u} />
    </div>`}function Nc({fields:e,rawBody:t,setRawBody:s,body:n,problem:o}){let i=t!==null;return r`
    <div class="row"><h3>Body</h3><button type="button" class="small push" onClick=${()=>s(i?null:JSON.stringify(n??{},null,2))} data-testid="try-raw">${i?"Back to the form":"Write JSON"}</button></div>
    ${i?r`<label><span class="unseen">Body as JSON</span>
          <textarea class="mono" rows="8" value=${t} onInput=${({target:l})=>s(l.value)} spellcheck=${!1} data-testid="try-body"></textarea>
          ${o&&r`<span class="problem" role="alert">${o}</span>`}
        </label>`:r`<div class="try-fields">${e}</div>`}`}function Rc({request:e}){let[t,s]=Qe("curl"),n=Ds[t](e);return r`
    <div class="stack code-of-request">
      <div class="row">
        <${Ee} tabs=${Object.keys(Ds).map(o=>[o,o])} chosen=${t} choose=${s} label="The request as code" />
        <span class="push"></span><${W} text=${n} testid="copy-request" />
      </div>
      <pre class="snippet" tabindex="0" role="region" aria-label=${`the request as ${t}`} data-testid="request-code">${n}</pre>
    </div>`}function Lc(){let[e,t]=Qe(null),[s,n]=Qe(!1),o=Ic(null);return Ac(()=>()=>o.current?.abort(),[]),{answer:e,isSending:s,send:async({method:a,path:l,body:c},d)=>{n(!0),o.current=new AbortController;let{signal:u}=o.current;try{t(null),d?await Pc(a,l,u,t):t(await f.request(a,l,{body:c,signal:u}))}catch($){u.aborted||t({error:$})}n(!1)},stop:()=>o.current?.abort()}}async function Pc(e,t,s,n){let o=performance.now(),i=await st(e,t,{signal:s,headers:{accept:"text/event-stream"}}),a={status:i.status,headers:Object.fromEntries(i.headers),ms:performance.now()-o},l="";n({...a,body:l});let c=i.body.pipeThrough(new TextDecoderStream).getReader();for(;;){let{done:d,value:u}=await c.read();if(d)return;l=(l+u).slice(-Dc),n({...a,body:l})}}function Uc({answer:e,isSending:t}){if(!e)return r`<section class="card" data-testid="try-answer"><h2>Answer</h2>
      <p class="fine">${t?"Waiting for the answer…":"What the server answers is shown here: status, time, headers, body."}</p></section>`;if(e.error)return r`<section class="card" data-testid="try-answer"><h2>Answer</h2><${C} error=${e.error} /></section>`;let{status:s,headers:n,body:o,ms:i}=e,a=typeof o=="string"?o:JSON.stringify(o,null,2),l=s<300?"good":s<400?"warn":"bad";return r`
    <section class="card" data-testid="try-answer">
      <div class="row">
        <h2>Answer</h2>
        <${b} tone=${l}><span data-testid="try-status">${s}</span> ${s<400?"done":"refused"}<//>
        <span class="fine number">${g(i)}, ${we(new Blob([a??""]).size)}</span>
        <span class="push"></span>${a&&r`<${W} text=${a} label="Copy body" />`}
      </div>
      ${o===null||o===""?r`<p class="fine">The body is empty.</p>`:typeof o=="string"?r`<pre class="json" tabindex="0" role="region" aria-label="the body">${o}</pre>`:r`<${ke} value=${o} label="the body" />`}
      <details>
        <summary>Headers</summary>
        <dl class="facts mono">${Object.entries(n).map(([c,d])=>r`<dt>${c}</dt><dd>${d}</dd>`)}</dl>
      </details>
    </section>`}var Dc,Tr=y(()=>{M();D();x();xr();Ps();Dc=2e4});var Mr={};ee(Mr,{default:()=>Or});import{useMemo as jc,useState as Wc}from"/vendor/hooks.js";function Or({query:e,setQuery:t}){let{data:s,error:n,reload:o}=S(()=>f.get("/api/openapi.json"),[]),i=jc(()=>s?vr(s):[],[s]),[a,l]=Wc(""),c=i.flatMap(({operations:h})=>h),d=c.find(({id:h})=>h===e.op)??c.find(({id:h})=>h==="stats")??c[0],u=({id:h,path:p,method:m,summary:O})=>`${h} ${m} ${p} ${O}`.toLowerCase().includes(a.toLowerCase()),$=i.map(h=>({...h,operations:h.operations.filter(u)})).filter(({operations:h})=>h.length>0);return r`
    <div class="screen-head">
      <h1>Try it</h1>
      <span class="push"></span>
      <a class="button small" href="/api/docs">API reference</a>
      <a class="button small" href="/api/openapi.json">openapi.json</a>
    </div>
    <${C} error=${n} retry=${o} />
    ${d&&r`
      <div class="workbench">
        <nav class="card operations" aria-label="Calls of the API">
          <input type="search" value=${a} onInput=${({target:h})=>l(h.value)} placeholder="Find a call" aria-label="Find a call of the API" data-testid="find-operation" />
          ${$.length===0&&r`<${N} title="No such call"><button type="button" onClick=${()=>l("")}>Show all</button><//>`}
          ${$.map(({name:h,doc:p,operations:m})=>r`
            <section key=${h}>
              <h2 title=${p}>${h}</h2>
              <ul class="plain">
                ${m.map(O=>r`<li key=${O.id}>
                  <button type="button" class="quiet" aria-current=${O===d?"true":null} title=${O.summary} data-testid=${`op-${O.id}`}
                    onClick=${()=>t({op:O.id},{replace:!1})}>
                    <${b} tone=${Hc[O.method]}>${O.method}<//><span class="mono">${Fc(O.path.replace("/api/v1",""))}</span>
                    ${O.scope&&!A(O.scope)&&r`<span class="fine push" title=${`needs a key of scope ${O.scope}`}>${O.scope}</span>`}
                  </button>
                </li>`)}
              </ul>
            </section>`)}
        </nav>
        <${_r} key=${d.id} operation=${d} given=${e} />
      </div>`}`}function Fc(e){return e.split("/").filter(Boolean).map(t=>[r`<wbr />`,`/${t}`])}var Hc,Er=y(()=>{M();F();x();Ps();Tr();Hc={GET:"info",POST:"good",PUT:"warn",DELETE:"bad"}});import{describeFrame as qc}from"/ui/ladder-data.js";function Ar({from:e,to:t,user:s,device:n,hook:o}){let i=a=>a==="client"?n?`${s??"client"}/${n}`:s??"client":a==="hook"?o??"hook":a;return`${i(e)} → ${i(t)}`}function Ir(e){let{kind:t,body:s,status:n,ms:o,bytes:i}=e,a=o==null?"":` in ${o<10?Number(o).toFixed(1):Math.round(o)} ms`;if(t==="frame"&&s?.jsonrpc){let{label:l,note:c}=qc(s);return[l,c].filter(Boolean).join(" · ")}return t==="frame"?[s?.type,s?.event,Bc(s),s?.reason].filter(Boolean).join(" · ")||`${i} bytes`:t==="veto.question"?`may ${s?.data?.source_user??"?"} call ${s?.data?.target_user??"?"}?`:t==="veto.answer"?`${Kc(e)}${a}`:t==="delivery"?`${s?.type??"event"} ${n?`answered ${n}`:"got no answer"}${a}`:t==="commit"?`on disk${a}`:t.replace("."," ")}function Bc(e){return e?.error_code?`code ${e.error_code}`:""}function Kc({status:e,body:t}){return e?e<200||e>299?`answered ${e}: no verdict`:t?.error_code?`refused with ${t.error_code}`:"allowed":"no answer"}function Nr(e,t,s){return t&&e.kind!==t?!1:!s||JSON.stringify(e).toLowerCase().includes(s.toLowerCase())}function Rr(e,t){let s=new Array(Us).fill(0);for(let{at:n}of e){let o=Math.floor(t/1e3)-Math.floor(Date.parse(n)/1e3);o>=0&&o<Us&&(s[Us-1-o]+=1)}return s}var ft,Us,Qt,Lr=y(()=>{ft=2e3,Us=60,Qt={frame:{label:"frame",tone:"info"},"veto.question":{label:"veto question",tone:"warn"},"veto.answer":{label:"veto answer",tone:"warn"},delivery:{label:"delivery",tone:""},commit:{label:"commit",tone:""},"socket.opened":{label:"socket opened",tone:"good"},"socket.closed":{label:"socket closed",tone:"bad"}}});var Pr={};ee(Pr,{default:()=>Dr});import{useEffect as Ws,useMemo as Vc,useRef as Jc,useState as We}from"/vendor/hooks.js";async function Qc(e,t){let s=[],n;do{let o=await f.get("/trace",{...e,cursor:n,limit:500});s.push(...o.items),n=o.next_cursor}while(n&&t());return s}function Xc(e,t){let[s,n]=We([]),[o,i]=We(null),[a,l]=We(null),c=Jc([]),d=()=>{let p=c.current;p.length!==0&&(c.current=[],n(m=>p.toReversed().concat(m).slice(0,ft)))};Ws(()=>{let p=!0;if(n([]),i(null),c.current=[],e!==null)return Qc(JSON.parse(e),()=>p).then(m=>{p&&(c.current=m.slice(-ft),d(),l({key:e,after:m.at(-1)?.n??0}))},m=>p&&i(m)),()=>{p=!1}},[e]);let u=a!==null&&a.key===e,$=St(u?{...JSON.parse(e),after:a.after}:null,p=>{c.current=[...c.current,p].slice(-ft)}),[,h]=We(0);return Ws(()=>{let p=setInterval(()=>t?h(c.current.length):d(),Gc);return()=>clearInterval(p)},[t]),{rows:s,problem:o,state:$,isLoaded:u,waits:t?c.current.length:0,clear:()=>n([])}}function Dr({query:e,setQuery:t}){let{user:s,call:n,kind:o="",text:i=""}=e,[a,l]=We(!1),c=R(ge),[d,u]=We(null),$=s&&!Zc.test(s)?"No user has such a name.":n&&!Yc.test(n)?"A call’s id is a UUID; this is none yet.":"",{rows:h,problem:p,state:m,isLoaded:O,waits:E,clear:v}=Xc($?null:JSON.stringify({user:s,call:n}),a),H=Vc(()=>h.filter(de=>Nr(de,o,i)),[h,o,i]),T=h.at(-1),ce=()=>At("hookswitch-trace.jsonl","application/x-ndjson",H.toReversed().map(de=>`${JSON.stringify(de)}
`).join("")),Ce=[{name:"user",label:"User",placeholder:"alice"},{name:"call",label:"Call",placeholder:"id"},{name:"kind",label:"Kind",options:Object.keys(Qt)},{name:"text",label:"Text",placeholder:"anything in a row"}];return r`
    <div class="screen-head">
      <h1>Trace</h1>
      <${b} tone=${a||c?"warn":m==="live"?"good":"warn"}><span class="dot ${m==="live"&&!a?"good":"warn"}"></span>${a?"held":c?"paused":m}<//>
      <span class="push"></span>
      <${ed} rows=${h} />
      <button type="button" onClick=${()=>l(!a)} aria-pressed=${String(a)} data-testid="trace-hold">${a?`Go on${E?` (${k(E,"row waits","rows wait")})`:""}`:"Hold"}</button>
      <button type="button" onClick=${v} disabled=${h.length===0}>Clear</button>
      <button type="button" onClick=${ce} disabled=${H.length===0} data-testid="trace-download">Download JSONL</button>
      <${L} path="/trace" params=${{user:s,call:n}} />
    </div>
    <p class="fine">The server remembers its latest messages in memory only, so a restart forgets them; bodies are shown without what is private.
      ${T?r` Here: ${k(h.length,"row")}, back to <${_} at=${T.at} precise /> (${xt(T.at)}); the latest ${w(ft)} are kept.`:""}</p>
    <${$e} fields=${Ce} query=${e} setQuery=${t} />
    ${$&&r`<p class="notice warn">${$}</p>`}
    <${C} error=${p} />
    ${O&&H.length===0&&r`<${N} title=${h.length>0?"No row matches":"Nothing was said yet"}>
      <p>${h.length>0?"Take a filter away to see more.":r`Make a call, in the <a href="/">demo</a> for instance, and watch its messages come.`}</p>
    <//>`}
    ${H.length>0&&r`
      <section class="card">
        <${P} columns=${sd} rows=${H.slice(0,js)} rowKey=${Xt} caption="Messages, the newest first" testid="trace-table" rowTestid="trace-row"
          open=${de=>u(d===Xt(de)?null:Xt(de))}
          expanded=${de=>d===Xt(de)&&r`<div class="detail"><${ke} value=${de} label=${`row ${de.n}`} /></div>`} />
      </section>
      ${H.length>js&&r`<p class="fine">The newest ${w(js)} of ${w(H.length)} are shown. A filter narrows them down; the download has them all.</p>`}`}`}function ed({rows:e}){let[t,s]=We(Date.now());Ws(()=>{let i=setInterval(()=>s(Date.now()),zc);return()=>clearInterval(i)},[]);let n=Rr(e,t),o=n.at(-2);return r`<span class="row tight fine" data-testid="trace-rate"><${Et} values=${n} label=${`messages per second over the last minute, ${o} now`} /> <span class="number">${o}/s</span></span>`}function td({at:e}){let t=R(se),s=le(e,{isUtc:t,precise:!0});return r`<time datetime=${e} title=${s}>${s.slice(11)}</time>`}var js,zc,Gc,Yc,Zc,Xt,sd,Ur=y(()=>{M();D();F();x();ne();Lr();js=300,zc=1e3,Gc=200,Yc=/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i,Zc=/^[A-Za-z0-9._@:+-]{1,128}$/;Xt=({n:e,at:t})=>`${t} ${e}`;sd=[{key:"at",title:"At",className:"number left",render:({at:e})=>r`<${td} at=${e} />`},{key:"kind",title:"Kind",render:({kind:e})=>r`<${b} tone=${Qt[e]?.tone??""}>${Qt[e]?.label??e}<//>`},{key:"gist",title:"What",render:e=>r`<strong>${Ir(e)}</strong>`},{key:"way",title:"From → to",render:e=>Ar(e)},{key:"user",title:"User",render:({user:e})=>e?r`<${z} name=${e} />`:""},{key:"call",title:"Call",render:({call:e})=>e?r`<${Z} id=${e} />`:""},{key:"bytes",title:"Size",number:!0,render:({bytes:e})=>e?we(e):""}]});function jr(e){let t=new Map;for(let s of e){let{section:n,name:o,value:i,secret:a}=s;t.has(n)||t.set(n,[]),ts(i)?t.get(n).push(`#${o} is not set`):a?t.get(n).push(`#${o} is secret: not shown`):t.get(n).push(`${o} = ${mt(i)}`)}return[...t].map(([s,n])=>`[${s}]
${n.join(`
`)}
`).join(`
`)}function Wr(e){return`${e.map(({env:s,value:n,secret:o})=>{if(ts(n))return`#${s} is not set`;if(o)return`#${s} is secret: not shown`;let a=Array.isArray(n)&&n.every(l=>typeof l=="string"&&!/[,\s"]/.test(l))?n.join(","):typeof n=="string"?n:mt(n);return`${s}=${/^[\w@%+=:,./*-]*$/.test(a)?a:`'${a.replaceAll("'","'\\''")}'`}`}).join(`
`)}
`}function es(e){return ts(e)?"not set":typeof e=="string"?e||'""':mt(e)}function ts(e){return e==null}function mt(e){return Array.isArray(e)?`[${e.map(mt).join(", ")}]`:e!==null&&typeof e=="object"?`{ ${Object.entries(e).filter(([,t])=>!ts(t)).map(([t,s])=>`${t} = ${mt(s)}`).join(", ")} }`:JSON.stringify(e)}var Hr=y(()=>{});var qr={};ee(qr,{default:()=>Fr});function Fr({query:e,setQuery:t}){let{data:s,error:n,isLoading:o,reload:i}=S(()=>f.get("/config"),[]),a=s?.items??[],l=a.filter(d=>od(d,e)),c=nd(l);return r`
    <div class="screen-head">
      <h1>Configuration</h1>
      <span class="push"></span>
      <${W} label="Copy as TOML" text=${()=>jr(l)} testid="copy-toml" />
      <${W} label="Copy as environment" text=${()=>Wr(l)} testid="copy-env" />
    </div>
    <div class="stack">
      <p class="fine">The values this server runs with. A later source beats an earlier one: default, file, environment, command line. What is listed is what is copied.</p>
      <${$e} query=${e} setQuery=${t} fields=${[{name:"text",label:"Search",type:"search",placeholder:"ring_timeout, webhooks, secret …"}]}>
        <label class="inline">
          <input type="checkbox" checked=${e.changed==="yes"} onChange=${({target:d})=>t({changed:d.checked?"yes":""})} data-testid="only-changed" />
          only what differs from its default
        </label>
        <span class="fine" role="status">${k(l.length,"setting")} of ${a.length}</span>
      <//>
      <${C} error=${n} retry=${i} />
      ${s&&l.length===0&&r`<${N} title=${e.changed?"Nothing differs from its default":"No setting matches"}>
        ${e.changed&&!e.text?r`<p>Give the server a file with <code>--config</code>, or variables as <code>HOOKSWITCH__CALL__RING_TIMEOUT_SECS=30</code>.</p>`:r`<button type="button" onClick=${()=>t({text:"",changed:""})}>Show all settings</button>`}
      <//>`}
      ${o&&!s&&r`<p class="fine">Loading…</p>`}
      <div class="stack" data-testid="config-list">
        ${[...c].map(([d,u])=>r`<${rd} key=${d} name=${d} settings=${u} />`)}
      </div>
    </div>`}function nd(e){let t=new Map;for(let s of e)t.set(s.section,[...t.get(s.section)??[],s]);return t}function od({key:e,doc:t,env:s,value:n,is_default:o},{text:i="",changed:a}){return a==="yes"&&o?!1:`${e} ${t} ${s} ${es(n)}`.toLowerCase().includes(i.toLowerCase())}function rd({name:e,settings:t}){return r`
    <section class="card">
      <h2 class="mono">[${e}]</h2>
      <ul class="plain settings">${t.map(s=>r`<${ad} key=${s.key} setting=${s} />`)}</ul>
    </section>`}function ad({setting:e}){let{name:t,value:s,default:n,origin:o,is_default:i,doc:a,env:l,reloadable:c,secret:d}=e;return r`
    <li data-testid=${`setting-${e.key}`}>
      <div>
        <div class="row"><strong class="mono">${t}</strong> <code class=${`value ${s===null?"fine":""}`}>${es(s)}</code></div>
        <div class="row">
          <${b} tone=${i?"":"warn"} title="where the value came from">${o}<//>
          ${d&&r`<${b} tone="info">secret<//>`}
          ${c&&r`<${b} tone="good" title="SIGHUP reads it anew, without a restart">reloadable<//>`}
        </div>
      </div>
      <div>
        <p><${ze} text=${a} /></p>
        <p class="fine">${!i&&r`Default: <code>${es(n)}</code>. `}<code class="wrap">${l}</code></p>
      </div>
    </li>`}var Br=y(()=>{M();D();F();x();Hr()});function Jr({query:e,setQuery:t}){let s={cursor:e.cursor,...Object.fromEntries(Kr.map(l=>[l,e[l]]))},{data:n,error:o,reload:i}=S(()=>f.get("/audit",s),[JSON.stringify(s)]),a=Kr.some(l=>e[l]);return r`
    <div class="stack">
      <div class="row">
        <p class="fine">What was changed and what was denied, the newest first. Denied attempts that come in a crowd share a row.</p>
        <span class="push"></span>
        <button type="button" class="small" onClick=${i}>Look again</button>
        <${L} path="/audit" params=${s} />
      </div>
      <${$e} fields=${id} query=${e} setQuery=${t} />
      <${C} error=${o} retry=${i} />
      ${n?.items.length===0&&r`<${N} title=${a?"No row matches":"Nothing was changed yet"}>
        <p>${a?"Take a filter away to see more.":"Whatever a key changes leaves a row here: a hook, a token, a call that was ended."}</p>
      <//>`}
      ${n?.items.length>0&&r`
        <section class="card"><${P} columns=${ld} rows=${n.items} rowKey=${({id:l})=>String(l)} caption="Audit" testid="audit-table" rowTestid="audit-row" /></section>
        <${Oe} cursor=${e.cursor} next=${n.next_cursor} setQuery=${t} />`}
    </div>`}function cd(e){if(!e)return"–";let[t,s]=e.split("/"),n={calls:Y,users:Je}[t];return n&&s?r`<a class="mono" href=${n(s)}>${e}</a>`:r`<span class="mono">${e}</span>`}function dd({status:e,error_code:t,times:s}){let n=e==null?"":e<400?"good":e===401||e===403?"bad":"warn",o={401:"denied",403:"denied"}[e]??(e>=400?"failed":"done");return r`<${b} tone=${n}>${o} ${e??""}<//> ${t?j(t):""} ${s>1&&r`<span class="fine">${w(s)} times</span>`}`}var Kr,Vr,id,ld,zr=y(()=>{M();D();F();J();x();Kr=["key","action","target","from","to"],Vr={type:"datetime-local",show:e=>{let t=new Date(e);return Number.isNaN(t.getTime())?"":new Date(t.getTime()-t.getTimezoneOffset()*6e4).toISOString().slice(0,19)},read:e=>new Date(e).toISOString()},id=[{name:"key",label:"Key",placeholder:"id, dev or cli"},{name:"action",label:"Action",placeholder:"webhooks_put"},{name:"target",label:"Target",placeholder:"users/alice"},{name:"from",label:"From",...Vr},{name:"to",label:"To",...Vr}];ld=[{key:"at",title:"When",render:({at:e})=>r`<${_} at=${e} />`},{key:"who",title:"Key",render:({key:e,key_name:t,scope:s})=>r`${t||e||r`<span class="fine">no known key</span>`} ${s&&r`<span class="fine">${s}</span>`}`},{key:"action",title:"Action",render:({action:e})=>r`<span class="mono">${e}</span>`},{key:"target",title:"Target",className:"wrap",render:({target:e})=>cd(e)},{key:"status",title:"Outcome",render:dd},{key:"address",title:"From",render:({address:e})=>r`<span class="mono">${e??"command line"}</span>`},{key:"request",title:"Request",className:"nowrap",render:({request_id:e})=>e?r`<span class="mono fine" title=${e}>…${e.slice(-12)}</span>`:"–"}]});import{useState as gt}from"/vendor/hooks.js";function Yr(){let{data:e,error:t,reload:s}=S(()=>ue("/keys"),[]),[n,o]=gt(!1);K(ud,s);let i=async a=>{let l=a.id===B.value?.id,c=`Whoever uses “${a.name}” is refused from now on.${l?" You are signed in with it yourself.":""} This cannot be undone.`;await re({title:`Revoke the key ${a.name||a.id}?`,body:c,action:"Revoke"})&&await ae(()=>f.del(`/keys/${encodeURIComponent(a.id)}`),`The key ${a.name||a.id} is revoked.`)&&s()};return r`
    <div class="stack">
      <div class="row">
        <p class="fine">Each scope includes the ones before it. The server keeps a key’s hash, never the key.</p>
        <span class="push"></span>
        <${L} path="/keys" />
        <button type="button" class="primary" onClick=${()=>o(!0)} data-testid="new-key">New key</button>
      </div>
      <${C} error=${t} retry=${s} />
      ${e?.length===0&&r`<${N} title="No keys but the one of development mode">
        <p>Make one for each program and person, so that each can be revoked alone.</p>
        <button type="button" onClick=${()=>o(!0)}>New key</button>
      <//>`}
      ${e?.length>0&&r`<section class="card"><${P} columns=${$d(i)} rows=${e} rowKey=${({id:a})=>a} caption="API keys" testid="keys-table" rowTestid="key-row" /></section>`}
      ${n&&r`<${hd} onClose=${()=>o(!1)} onMade=${s} />`}
    </div>`}function hd({onClose:e,onMade:t}){let[s,n]=gt(""),[o,i]=gt("read"),[a,l]=gt(null),[c,d]=gt(null),u=async $=>{$.preventDefault();try{l(await f.post("/keys",{name:s.trim(),scope:o})),t()}catch(h){d(h)}};return a?r`<${oe} title=${`The key ${a.name}`} onClose=${e} testid="made-key">
      <${$t} text=${a.key} what="key" testid="api-key-once" />
      <p class="fine">Its id is <code>${a.id}</code>: lists and the audit name it so.</p>
      <div class="row"><button type="button" class="primary push" onClick=${e} data-testid="done">Done</button></div>
    <//>`:r`<${oe} title="A new API key" onClose=${e} testid="key-form">
    <form class="stack" onSubmit=${u}>
      <${q} label="Name" hint="who or what will use it">
        <input value=${s} onInput=${({target:$})=>n($.value)} required maxlength="100" autofocus autocomplete="off" data-testid="key-name" />
      <//>
      <fieldset class="stack">
        <legend class="fine">What it may do</legend>
        ${Object.entries(Gr).map(([$,h])=>r`<label class="choice" key=${$}>
          <input type="radio" name="scope" value=${$} checked=${o===$} onChange=${()=>i($)} data-testid=${`scope-${$}`} />
          <span><strong>${$}</strong> <span class="fine">${h}</span></span>
        </label>`)}
      </fieldset>
      <${C} error=${c} />
      <div class="row">
        <button type="button" class="push" onClick=${e}>Cancel</button>
        <button class="primary" data-testid="make-key">Make the key</button>
      </div>
    </form>
  <//>`}var ud,Gr,pd,$d,Zr=y(()=>{M();J();F();x();As();ud=1e4,Gr={read:"Sees calls, users, hooks and health. Changes nothing: for dashboards and those who look.",control:"And ends calls, places calls, kicks users: for the business server and for support.",admin:"And makes keys, hooks, accounts and tokens: for the operator."},pd={read:"",control:"info",admin:"warn"};$d=e=>[{key:"name",title:"Name",render:({name:t,id:s})=>r`<strong>${t||s}</strong>${s===B.value?.id&&r` <${b} tone="info">you<//>`}`},{key:"scope",title:"Scope",render:({scope:t})=>r`<${b} tone=${pd[t]} title=${Gr[t]}>${t}<//>`},{key:"id",title:"Id",className:"nowrap",render:({id:t})=>r`<span class="mono" title=${t}>…${t.slice(-12)}</span>`},{key:"created",title:"Made",render:({created_at:t})=>r`<${_} at=${t} />`},{key:"used",title:"Last used",render:({last_used_at:t})=>t?r`<${_} at=${t} relative />`:r`<span class="fine">not since the server started</span>`},{key:"do",title:"Actions",render:t=>r`<span class="row actions">
    <a class="button small" href=${I("/keys",{tab:"audit",key:t.id})}>Audit</a>
    <button type="button" class="danger small" onClick=${()=>e(t)} data-testid="revoke-key">Revoke</button>
  </span>`}]});var Xr={};ee(Xr,{default:()=>Qr});function Qr({query:e,setQuery:t}){if(!A("admin"))return r`<div class="screen-head"><h1>API keys and audit</h1></div><${N} title="This screen needs a key of scope admin">
      <p>Your key may not see keys or the audit. Make one on the server: <code>hookswitch key new --scope admin</code></p>
    <//>`;let s=e.tab==="audit"?"audit":"keys";return r`
    <div class="screen-head"><h1>API keys and audit</h1></div>
    <div class="stack">
      <${Ee} tabs=${fd} chosen=${s} choose=${o=>t({tab:o==="keys"?"":o,cursor:""})} label="Keys or audit" />
      ${s==="keys"?r`<${Yr} />`:r`<${Jr} query=${e} setQuery=${t} />`}
    </div>`}var fd,ea=y(()=>{M();x();zr();Zr();fd=[["keys","API keys"],["audit","Audit"]]});import{useState as Hs}from"/vendor/hooks.js";function ta({known:e}){let[t,s]=Hs(null),[n,o]=Hs(!1),[i,a]=Hs(""),l=async()=>{o(!0),a("");try{s(await f.get("/debug/invariants"))}catch(c){a(c.message)}o(!1)};return r`
    <section class="card" data-testid="invariants">
      <div class="row">
        <h2>Invariants</h2>
        ${e&&!t&&r`
          <${b} tone=${e.ok?"good":"bad"}>${e.ok?"all hold":k(e.violations,"violation")}<//>
          ${e.checked_at&&r`<span class="fine">checked <${_} at=${e.checked_at} /></span>`}`}
        ${t&&r`
          <${b} tone=${t.ok?"good":"bad"}>${t.ok?"all hold":"violated"}<//>
          <span class="fine">${k(t.calls,"call")}, ${k(t.lines,"line")}, ${k(t.sessions,"session")} looked at <${_} at=${t.checked_at} /></span>`}
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
              ${$.map(({what:h,call:p,user:m})=>r`
                <p class="notice bad">${h}
                  ${p&&r`<${Z} id=${p} />`} ${m&&r`<${z} name=${m} />`}
                </p>`)}
            </li>`)}
        </ol>`}
    </section>`}var sa=y(()=>{M();D();x()});var ia={};ee(ia,{default:()=>ra});function ra(){let e=S(()=>f.get("/health"),[]),t=S(()=>f.get("/nodes"),[]);return K(md,()=>{e.reload(),t.reload()}),r`
    <div class="screen-head">
      <h1>Health</h1>
      <span class="push"></span>
      <${L} path="/health" />
    </div>
    <div class="stack">
      <${C} error=${e.error} retry=${e.reload} />
      ${e.data&&r`<${gd} health=${e.data} />`}
      ${e.data&&r`<div class="panels"><${yd} limits=${e.data.limits} /><${wd} health=${e.data} /></div>`}
      <${ta} known=${e.data?.invariants} />
      <${kd} nodes=${t.data?.items??[]} />
    </div>`}function bt({ok:e,detail:t}){return e?t?"warn":"good":"bad"}function gd({health:e}){let{ok:t,draining:s,version:n,uptime_secs:o,checks:i}=e,a=$=>i.filter(h=>bt(h)===$).length,[l,c]=[a("bad"),a("warn")],d=c===0?"All is well":`All is well, with ${k(c,"note")}`,u=s?"The server is stopping":t?d:`${k(l,"check")} ${l===1?"needs":"need"} a look`;return r`
    <section class="card" data-testid="health-checks">
      <div class="row">
        <span class="dot ${t?s||c>0?"warn":"good":"bad"}"></span>
        <h2>${u}</h2>
        <span class="fine push">version ${n}, up for ${g(o*oa)}</span>
      </div>
      <ul class="plain checks">
        ${i.toSorted(($,h)=>na.indexOf(bt($))-na.indexOf(bt(h))).map($=>r`
          <li key=${$.name}>
            <${b} tone=${bt($)}>${{good:"fine",warn:"note",bad:"not fine"}[bt($)]}<//>
            <div>
              <strong>${$.name.replaceAll("_"," ")}</strong>
              ${$.detail&&r` <span>${$.detail}</span>`}
              ${$.advice&&r`<p class="fine">${$.advice}</p>`}
            </div>
          </li>`)}
      </ul>
    </section>`}function aa({label:e,value:t,limit:s,text:n,note:o}){return r`
    <div class="gauge">
      <div class="row"><span>${e}</span><span class="push number">${n}</span></div>
      ${s>0&&t!==null&&r`<${Me} value=${t} limit=${s} label=${e} />`}
      ${o&&r`<p class="fine">${o}</p>`}
    </div>`}function bd(e,t){return e===null?t===null?"no limit":`at most ${w(t)}`:t===null?`${w(e)}, no limit`:`${w(e)} of ${w(t)}`}function yd({limits:e}){return r`
    <section class="card" data-testid="health-limits">
      <h2>Limits</h2>
      ${e.length===0&&r`<p class="fine">No limit is set.</p>`}
      ${e.map(({name:t,label:s,value:n,limit:o,hits:i})=>r`
        <${aa} key=${t} label=${s} value=${n} limit=${o}
          text=${bd(n,o)}
          note=${i>0?`refused ${k(i,"time")} since the start`:null} />`)}
    </section>`}function wd({health:e}){let{store:t,outbox:s,process:n,retention:o}=e,i=t.commit_ms,a=[["store",t.ok?"takes writes":"takes no writes",!t.ok],["a commit takes",i.count?`${g(i.p50)} median, ${g(i.p95)} p95, ${g(i.p99)} p99, ${g(i.max)} at most`:"nothing was written in the last minute"],["commits in the last minute",w(i.count)+(t.batch_p50?`, ${k(t.batch_p50,"write")} each (median)`:"")],["waiting to be written",w(t.waiting)],["store’s size",we(t.size_bytes)],["outbox",s.waiting?`${k(s.waiting,"event")}, the oldest for ${g(s.oldest_secs*oa)}`:"empty",s.oldest_secs>60],["slow readers cut",w(e.slow_readers),e.slow_readers>0],["panics",w(e.panics),e.panics>0],["event streams",w(e.event_streams)],["memory",we(n.resident_bytes)],["threads",w(n.threads)],["retention",o.days?`${k(o.days,"day")}; ${w(o.removed)} calls removed since the start${o.running?", removing now":""}`:"everything is kept"]];return r`
    <section class="card" data-testid="health-figures">
      <h2>Store, outbox, process</h2>
      <dl class="facts">
        ${a.map(([l,c,d])=>r`<dt>${l}</dt><dd class=${d?"problem":"number"}>${c}</dd>`)}
      </dl>
      <${aa} label="open files" value=${n.open_files} limit=${n.open_files_limit}
        text=${`${w(n.open_files)} of ${w(n.open_files_limit)}`} />
    </section>`}function kd({nodes:e}){return r`
    <section class="card">
      <h2>Nodes</h2>
      <${P} columns=${vd} rows=${e} rowKey=${({name:t})=>t} caption="Nodes" testid="nodes-table" />
    </section>`}var md,oa,na,vd,la=y(()=>{M();D();F();x();sa();md=5e3,oa=1e3;na=["bad","warn","good"];vd=[{key:"name",title:"Node",render:({name:e})=>r`<strong>${e}</strong>`},{key:"version",title:"Version",render:({version:e})=>e},{key:"started",title:"Up since",render:({started_at:e})=>r`<${_} at=${e} />`},{key:"sockets",title:"Sockets",number:!0,render:({sockets:e})=>w(e)},{key:"sessions",title:"Sessions",number:!0,render:({sessions:e})=>w(e)},{key:"calls",title:"Calls",number:!0,render:({calls:e})=>w(e)},{key:"state",title:"State",render:({draining:e})=>r`<${b} tone=${e?"warn":"good"}>${e?"stopping":"takes calls"}<//>`}]});var da={};ee(da,{default:()=>ca});import{useEffect as Sd,useRef as Cd,useState as Fs}from"/vendor/hooks.js";async function _d(){if(!xd.includes(location.hostname))return null;let e=await fetch("/demo/facts").catch(()=>null);return e?.ok?e.json():null}function ca(){let e=Cd(null),t=R(et),[s,n]=Fs(""),[o,i]=Fs(!1),[a,l]=Fs(null);Sd(()=>{document.title="Sign in · hookswitch console",e.current.focus(),_d().then(l,()=>{})},[]);let c=async $=>{if($!==""){i(!0);try{await os($)}catch(h){n(h.status===401?"The server does not know this key. Keys begin with hsk_ and are shown once, when they are made.":h.message),i(!1),e.current?.select()}}},d=$=>{$.preventDefault(),c(e.current.value.trim())},u=a?.api_key;return r`<main class="sign-in">
    <form class="card" onSubmit=${d}>
      <div class="row"><img src="/ui/icon.svg" width="36" height="36" alt="" /><h1>hookswitch console</h1></div>
      ${t&&!s&&r`<p class="notice warn" role="status">${t}</p>`}
      <${q} label="API key" hint="Kept for this tab, and forgotten with it.">
        <input ref=${e} type="password" data-testid="api-key" autocomplete="off" spellcheck=${!1} required aria-describedby="sign-in-problem" />
      <//>
      <p class="problem" id="sign-in-problem" role="alert">${s}</p>
      <button class="primary" disabled=${o} data-testid="sign-in">Sign in</button>
      ${u?r`<p class="notice row"><span>The server is in development mode: the key is <code>${u}</code>.</span>
            <button type="button" class="small push" onClick=${()=>c(u)} data-testid="sign-in-dev">Use it</button></p>`:r`<div class="fine stack"><p>No key yet? On the server’s machine, make one:</p>
            <pre tabindex="0">hookswitch key new --scope admin</pre>
            <p><code>read</code> sees everything, <code>control</code> also ends calls and sessions, <code>admin</code> also changes hooks, accounts and keys.</p></div>`}
    </form>
  </main>`}var xd,ua=y(()=>{M();x();ne();xd=["127.0.0.1","localhost","[::1]"]});M();It();F();x();J();ne();import{render as Td}from"/vendor/preact.js";import{useEffect as ss,useRef as pa,useState as qs}from"/vendor/hooks.js";var $a=[{path:"overview",title:"Overview",icon:"overview",load:()=>Promise.resolve().then(()=>(Xn(),Qn))},{path:"calls",title:"Calls",icon:"calls",load:()=>Promise.resolve().then(()=>(ao(),ro))},{path:"calls/:id",title:"Call",load:()=>Promise.resolve().then(()=>(Lo(),Ro))},{path:"users",title:"Users",icon:"users",load:()=>Promise.resolve().then(()=>(Cs(),jo))},{path:"users/:user",title:"User",load:()=>Promise.resolve().then(()=>(qo(),Fo))},{path:"webhooks",title:"Webhooks",icon:"webhooks",group:!0,load:()=>Promise.resolve().then(()=>(or(),nr))},{path:"deliveries",title:"Deliveries",icon:"deliveries",load:()=>Promise.resolve().then(()=>(gr(),mr))},{path:"workers",title:"Workers",icon:"workers",group:!0,load:()=>Promise.resolve().then(()=>(Wt(),wo))},{path:"wechat",title:"WeChat",icon:"wechat",load:()=>Promise.resolve().then(()=>(wr(),yr))},{path:"try",title:"Try it",icon:"try",group:!0,load:()=>Promise.resolve().then(()=>(Er(),Mr))},{path:"trace",title:"Trace",icon:"trace",load:()=>Promise.resolve().then(()=>(Ur(),Pr))},{path:"config",title:"Configuration",icon:"config",group:!0,load:()=>Promise.resolve().then(()=>(Br(),qr))},{path:"keys",title:"API keys",icon:"keys",load:()=>Promise.resolve().then(()=>(ea(),Xr))},{path:"health",title:"Health",icon:"health",load:()=>Promise.resolve().then(()=>(la(),ia))}];function Od(){let[e,t]=qs(()=>at(location.hash));return ss(()=>{let s=()=>t(at(location.hash));return addEventListener("hashchange",s),s(),()=>removeEventListener("hashchange",s)},[]),e}function ha(e){let[t,s]=qs({screen:null,Screen:null,error:null});return ss(()=>{let n=!0;return e?.load().then(o=>n&&s({screen:e,Screen:o.default,error:null}),o=>n&&s({screen:e,Screen:null,error:o})),()=>{n=!1}},[e]),t}function Md({path:e,isOpen:t,close:s}){let n=e.split("/")[1];return r`<nav class=${`side ${t?"open":""}`} id="navigation" aria-label="Screens" onClick=${s}>
    ${$a.filter(({icon:o})=>o).map(({path:o,title:i,icon:a,group:l})=>r`
      <a key=${o} href=${I(`/${o}`)} class=${l?"group":""} aria-current=${o===n?"page":void 0} data-testid=${`nav-${o}`}>
        <${pe} name=${a} />${i}
      </a>`)}
  </nav>`}function Ed(){let{path:e,query:t}=Od(),[s,n]=qs(!1),o=pa(null),i=pa(!0),a=cn($a,e),{screen:l,Screen:c,error:d}=ha(a?.screen),u=a?[a.screen.title,...Object.values(a.params)].join(" "):"Not found";ss(()=>{document.title=`${u} · hookswitch console`,n(!1),i.current||o.current.focus({preventScroll:!0}),i.current=e==="/",scrollTo(0,0)},[e]),ss(()=>{at(location.hash).path==="/"&&X("/overview",{},{replace:!0})},[e]);let $=(h,{replace:p=!0}={})=>{let m=at(location.hash);X(m.path,{...m.query,...h},{replace:p})};return r`
    <a class="skip" href="#main" onClick=${h=>{h.preventDefault(),o.current.focus()}}>Skip to the screen</a>
    <${bn} isMenuOpen=${s} toggleMenu=${()=>n(!s)} />
    <div class="frame">
      <${Md} path=${e} isOpen=${s} close=${()=>n(!1)} />
      <main id="main" ref=${o} tabindex="-1" data-screen=${l?.path}>
        ${!a&&e!=="/"&&r`<${N} title="There is no such screen"><a href="#/overview">Go to the overview</a><//>`}
        ${a&&d&&l===a.screen&&r`<${C} error=${d} retry=${()=>location.reload()} />`}
        ${a&&c&&l===a.screen&&r`<${c} key=${e} params=${a.params} query=${t} setQuery=${$} />`}
      </main>
    </div>`}function Ad(){let e=R(B),{Screen:t}=ha(e?null:Id);return r`${e?r`<${Ed} />`:t&&r`<${t} />`}<${mn} /><${cs} />`}var Id={load:()=>Promise.resolve().then(()=>(ua(),da))};await Ys();tn();Td(r`<${Ad} />`,document.getElementById("app"));export{$a as screens};

var ba=Object.defineProperty;var y=(e,t,s)=>()=>{if(s)throw s[0];try{return e&&(t=e(e=0)),t}catch(n){throw s=[n],n}};var ee=(e,t)=>{for(var s in t)ba(e,s,{get:t[s],enumerable:!0})};import{useEffect as ya,useState as wa}from"/vendor/hooks.js";function We(e,t){let s=`hookswitch.console.${e}`,n=new te(t);try{let o=localStorage.getItem(s);o!==null&&n.set(JSON.parse(o))}catch{}return n.listen(o=>{try{localStorage.setItem(s,JSON.stringify(o))}catch{}}),n}function R(e){let[t,s]=wa(e.value);return ya(()=>(s(e.value),e.listen(s)),[e]),t}function Js(e){e==="system"?delete document.documentElement.dataset.theme:document.documentElement.dataset.theme=e}function zs(e,t){let s=new Date(e);return Number.isNaN(s.getTime())?"":(t?s:new Date(s.getTime()-s.getTimezoneOffset()*6e4)).toISOString().slice(0,19)}function Gs(e,t){let s=new Date(t?`${e}Z`:e);return Number.isNaN(s.getTime())?"":s.toISOString()}var te,Xe,se,ne=y(()=>{te=class{#e;#t=new Set;constructor(t){this.#e=t}get value(){return this.#e}set(t){if(!Object.is(t,this.#e)){this.#e=t;for(let s of[...this.#t])s(t)}}listen(t){return this.#t.add(t),()=>this.#t.delete(t)}};Xe=We("theme","system"),se=We("utc",!1);Js(Xe.value);Xe.listen(Js)});function A(e){return B.value!==null&&Ys.indexOf(B.value.scope)>=Ys.indexOf(e)}function tt(e,t={}){let s=new URL(e.startsWith("/api/")||!e.startsWith("/")?e:`/api/v1${e}`,location.origin);for(let[n,o]of Object.entries(t))o!=null&&o!==""&&s.searchParams.set(n,String(o));return s}async function st(e,t,{params:s,body:n,signal:o,headers:i={}}={}){let a=sessionStorage.getItem(Fe),l={method:e,signal:o,headers:{accept:"application/json",...i}};a&&(l.headers.authorization=`Bearer ${a}`),n!==void 0&&(l.body=typeof n=="string"?n:JSON.stringify(n),l.headers["content-type"]??="application/json");let c;try{c=await fetch(tt(t,s),l)}catch(d){throw o?.aborted?d:new wt(0,{title:"The server cannot be reached."})}return c.status===401&&a&&B.value&&is("The server no longer takes this key. Sign in again."),c}async function yt(e,t,s){let{status:n,body:o}=await f.request(e,t,s);if(n>=400)throw new wt(n,typeof o=="object"?o:null);return o}async function ue(e,t,s=()=>!0){let n=[],o;do{let i=await f.get(e,{...t,limit:500,cursor:o});if(n.push(...i.items),o=i.next_cursor,s(n.length)===!1)break}while(o);return n}async function as(e){sessionStorage.setItem(Fe,e);try{B.set(await f.get("/me")),et.set("")}catch(t){throw sessionStorage.removeItem(Fe),t}}async function Zs(){let e=sessionStorage.getItem(Fe);if(e)try{await as(e)}catch(t){et.set(t.status===401?"The server no longer takes this key. Sign in again.":t.message),t.status!==401&&sessionStorage.setItem(Fe,e)}}function is(e=""){sessionStorage.removeItem(Fe),et.set(e),B.set(null)}function vt(e,t,{params:s,body:n}={}){let o=a=>`'${a.replaceAll("'","'\\''")}'`,i=["curl -sS"];return e!=="GET"&&i.push(`-X ${e}`),i.push(o(tt(t,s).href),'-H "Authorization: Bearer $HOOKSWITCH_API_KEY"'),n!==void 0&&n!==""&&i.push("-H 'Content-Type: application/json'",`-d ${o(typeof n=="string"?n:JSON.stringify(n))}`),i.join(` \\
  `)}var Fe,Ys,wt,B,et,f,E=y(()=>{ne();Fe="hookswitch.console.key",Ys=["read","control","admin"],wt=class extends Error{constructor(t,s){super(s?.detail||s?.title||`the server answered ${t}`),this.name="ApiError",this.status=t,this.problem=s??null}get fields(){return(this.problem?.errors??[]).map(({pointer:t,parameter:s,detail:n})=>`${t??s}: ${n}`)}},B=new te(null),et=new te("");f={get scope(){return B.value?.scope??null},async request(e,t,s={}){let n=performance.now(),o=await st(e,t,s),i=await o.text(),a=performance.now()-n,l=i;if(/json/.test(o.headers.get("content-type")??""))try{l=i===""?null:JSON.parse(i)}catch{}return{status:o.status,headers:Object.fromEntries(o.headers),body:l,ms:a}},get:(e,t,s)=>yt("GET",e,{...s,params:t}),post:(e,t,s)=>yt("POST",e,{body:t,params:s}),put:(e,t,s)=>yt("PUT",e,{body:t,params:s}),del:(e,t)=>yt("DELETE",e,{params:t})}});import{useCallback as en,useEffect as rt,useRef as Re,useState as tn}from"/vendor/hooks.js";async function ka(e,t){let s=e.body.pipeThrough(new TextDecoderStream).getReader(),n="";for(;;){let{done:o,value:i}=await s.read();if(o)return;n+=i;let a=n.split(`

`);n=a.pop();for(let l of a){let c={};for(let d of l.split(`
`)){let p=d.indexOf(":");p>0&&(c[d.slice(0,p)]=d.slice(p+1).replace(/^ /,""))}c.data!==void 0&&t({id:c.id,event:c.event??"message",data:JSON.parse(c.data)})}}}function Ca(e){ot.unshift(e),ot.length=Math.min(ot.length,Sa);for(let t of[...ls])t(e)}function sn(){let e=()=>{B.value&&!nt?nt=new kt({path:"/events",resumeWith:"last_event_id",take:Ca,tell:t=>cs.set(t)}):!B.value&&nt&&(nt.close(),nt=null)};return e(),B.listen(e)}function V(e){let t=Re(e);t.current=e,rt(()=>{let s=n=>t.current(n);return ls.add(s),()=>ls.delete(s)},[])}function St(e,t){let[s,n]=tn("connecting"),o=Re(t);o.current=t;let i=e===null?null:JSON.stringify(e);return rt(()=>{if(i===null)return;let a=({event:c,data:d})=>c==="trace"&&o.current(d),l=new kt({path:"/trace/live",params:JSON.parse(i),resumeWith:"after",take:a,tell:n});return()=>l.close()},[i]),s}function S(e,t){let[s,n]=tn({data:void 0,error:null,isLoading:!0}),o=Re(e);o.current=e;let i=Re(0),a=en(async()=>{let l=++i.current;n(c=>({...c,isLoading:!0}));try{let c=await o.current();l===i.current&&n({data:c,error:null,isLoading:!1})}catch(c){l===i.current&&n(d=>({...d,error:c,isLoading:!1}))}},[]);return rt(()=>(a(),()=>{i.current+=1}),t),{...s,reload:a}}function K(e,t){let s=Re(t);s.current=t;let n=R(ge);rt(()=>{if(n)return;let o=()=>!document.hidden&&s.current(),i=setInterval(o,e);return document.addEventListener("visibilitychange",o),()=>{clearInterval(i),document.removeEventListener("visibilitychange",o)}},[e,n])}function Q(e,t=250){let s=Re(e);s.current=e;let n=Re(null);return rt(()=>()=>clearTimeout(n.current),[]),en(()=>{n.current??=setTimeout(()=>{n.current=null,s.current()},t)},[t])}var Qs,va,ge,cs,Xs,kt,Sa,ls,nt,ot,F=y(()=>{E();ne();Qs=500,va=8e3,ge=new te(!1),cs=new te("connecting");Xs=()=>ge.value||document.hidden||B.value===null,kt=class{#e;#t;#d;#a;#s;#o;#n=null;#u=!1;#p=!1;#i="connecting";#r=Qs;#l;#$=[];constructor({path:t,params:s={},resumeWith:n,take:o,tell:i=()=>{}}){this.#e=t,this.#t=s,this.#d=n,this.#a=o,this.#s=i;let a=()=>this.#c();document.addEventListener("visibilitychange",a),this.#$=[()=>document.removeEventListener("visibilitychange",a),ge.listen(a),B.listen(a)],this.#c()}close(){this.#u=!0;for(let t of this.#$)t();clearTimeout(this.#l),this.#n?.abort()}#c(){clearTimeout(this.#l),Xs()?(this.#s("paused"),this.#n?.abort()):this.#n||this.#h()}async#h(){this.#s(this.#i);let t=new AbortController;this.#n=t;try{let s={...this.#t,...this.#o===void 0?{}:{[this.#d]:this.#o}},n=await st("GET",this.#e,{params:s,signal:t.signal,headers:{accept:"text/event-stream"}});n.ok&&(this.#s("live"),this.#p&&this.#o===void 0&&this.#a({event:"gap",data:{type:"gap"}}),this.#p=!0,this.#r=Qs,await ka(n,o=>{o.id!==void 0&&(this.#o=o.id),t.signal.aborted||this.#a(o)}))}catch{}if(this.#n=null,!this.#u){if(Xs())return this.#s("paused");t.signal.aborted||(this.#i="reconnecting"),this.#s(this.#i),this.#l=setTimeout(()=>this.#c(),t.signal.aborted?0:this.#r),this.#r=Math.min(this.#r*2,va)}}},Sa=60,ls=new Set,nt=null,ot=[]});import{describeCode as xa}from"/sdk/hookswitch.js";function g(e){if(e==null)return"–";if(e<10&&e%1!==0)return`${e.toFixed(1)} ms`;if(e<ye)return`${Math.round(e)} ms`;if(e<10*ye)return`${(e/ye).toFixed(1)} s`;if(e<Be)return`${Math.round(e/ye)} s`;let t=(s,n,o,i)=>{let a=Math.floor(e/s),l=Math.floor(e%s/o);return l?`${a} ${n} ${l} ${i}`:`${a} ${n}`};return e<Ke?t(Be,"min",ye,"s"):e<Ct?t(Ke,"h",Be,"min"):t(Ct,"d",Ke,"h")}function nn(e){let t=Math.max(0,Math.floor(e/ye)),s=a=>String(a).padStart(2,"0"),[n,o,i]=[Math.floor(t/3600),Math.floor(t/60)%60,t%60];return n?`${n}:${s(o)}:${s(i)}`:`${s(o)}:${s(i)}`}function we(e){if(e==null)return"–";let t=["bytes","KiB","MiB","GiB","TiB"],s=e,n=0;for(;s>=1024&&n<t.length-1;)s/=1024,n+=1;return`${n===0||s>=100?Math.round(s):s.toFixed(1)} ${t[n]}`}function xt(e,t=Date.now()){let s=t-Date.parse(e);return s<5*ye?"just now":s<Be?`${Math.floor(s/ye)} s ago`:s<Ke?`${Math.floor(s/Be)} min ago`:s<Ct?`${Math.floor(s/Ke)} h ago`:`${Math.floor(s/Ct)} d ago`}function ce(e,{isUtc:t=!1,precise:s=!1}={}){let n=new Date(e);if(Number.isNaN(n.getTime()))return"–";let o=l=>t?n[`getUTC${l}`]():n[`get${l}`](),i=`${o("FullYear")}-${qe(o("Month")+1)}-${qe(o("Date"))}`,a=`${qe(o("Hours"))}:${qe(o("Minutes"))}:${qe(o("Seconds"))}`;return`${i} ${a}${s?`.${qe(o("Milliseconds"),3)}`:""}${t?"Z":""}`}function H(e){return e==null?"–":`${e} ${xa(e)}`}function Ve(e){let t=[e&1&&"audio",e&2&&"video"].filter(Boolean).join(" and "),s=e&-4;return[t||"no media",s?`bits 0x${s.toString(16)}`:""].filter(Boolean).join(", ")}function Le(e,t){return t==="caller"||t==="callee"?e[t]:_a[t]??"Somebody"}function _e(e){return e.started_at?Date.parse(e.started_at)-Date.parse(e.requested_at):null}function Ta(e){return(e.veto??[]).find(({error_code:t,verdict:s})=>t!==0||s==="refuse")??null}function Oa(e){let t=Ta(e);if(!t)return"A hook refused it before it rang";let s=t.message?`: “${t.message}”`:"";return t.policy==="refuse"?`The hook ${t.hook} gave no verdict (${t.verdict}), and its policy is to refuse${s}`:`The hook ${t.hook} refused it after ${g(t.ms)}${s}`}function Te(e){if(e.state==="requested")return`${e.caller} is calling ${e.callee}; it does not ring yet.`;if(e.state==="ringing")return`${e.callee} is being rung by ${e.caller}.`;if(e.state==="talking")return`${e.caller} and ${e.callee} are talking.`;let t=(Ea[e.reason]??(()=>`It ended with ${e.reason}`))(e),s=e.talk_ms?`, after they had talked for ${g(e.talk_ms)}`:"";return`${t}${s} (${H(e.error_code)}).`}var ye,Be,Ke,Ct,w,k,on,qe,_a,Ea,ve,_t,rn,an,D=y(()=>{ye=1e3,Be=60*ye,Ke=60*Be,Ct=24*Ke;w=e=>e==null?"–":e.toLocaleString("en"),k=(e,t,s=`${t}s`)=>`${w(e)} ${e===1?t:s}`,on=(e,t)=>t?`${Math.round(100*e/t)} %`:"–";qe=(e,t=2)=>String(e).padStart(t,"0");_a={business:"The business server",hook:"A hook",server:"The server"};Ea={cancelled:e=>`${e.caller} gave up${e.ring_ms?` after it had rung for ${g(e.ring_ms)}`:" before it rang"}`,offline:e=>`${e.callee} was offline: no device to ring`,busy:e=>`${e.callee} was in another call`,refused:e=>`${e.callee} declined${e.ring_ms===null?"":` after ${g(e.ring_ms)}`}`,timeout:e=>`${e.callee} did not answer within ${g(e.ring_ms)}`,disconnected:e=>{let t={caller:"callee",callee:"caller"}[e.ended_by];return`${t?`The line of ${e[e.ended_by]}, in a call with ${e[t]},`:`A line between ${e.caller} and ${e.callee}`} was lost for longer than the grace period`},hangup:e=>`${Le(e,e.ended_by)} hung up`,vetoed:Oa,forced:e=>`${Le(e,e.ended_by)} ended it over the API`,max_duration:()=>"It reached the longest time a call may take",drained:()=>"The server was stopping and ended it",restarted:e=>`The server was restarted ${e.started_at?"and a party did not come back":"while it rang"}`,media_failed:()=>"Picture and sound failed"};ve={requested:"info",ringing:"warn",talking:"good",ended:"",hangup:"good",cancelled:"warn",offline:"warn",busy:"warn",refused:"warn",timeout:"warn",disconnected:"bad",vetoed:"bad",forced:"bad",drained:"bad",max_duration:"warn",restarted:"bad",media_failed:"bad",allow:"good",refuse:"bad",error:"bad",overflow:"bad",pending:"warn",delivered:"good",dead:"bad",init:"info",joining:"info",ending:"warn",leaving:"warn"},_t=["hangup","cancelled","refused","timeout","busy","offline","vetoed","disconnected","forced","max_duration","media_failed","drained","restarted"],rn=["requested","ringing","talking","ended"],an=["native","verto","wechat"]});import{h as ln}from"/vendor/preact.js";function pe({name:e,size:t=18}){return ln("svg",{viewBox:"0 0 24 24",width:t,height:t,"aria-hidden":"true",class:"icon",...{fill:"none",stroke:"currentColor","stroke-width":1.8,"stroke-linecap":"round","stroke-linejoin":"round"}},ln("path",{d:Ma[e]}))}var Ma,cn=y(()=>{Ma={overview:"M4 13h6V4H4zM14 20h6V4h-6zM4 20h6v-3H4z",calls:"M6.5 4h3l1.5 4.5-2 1.500a11 11 0 0 0 5 5l1.5-2 4.5 1.500v3a2 2 0 0 1-2 2A15.5 15.5 0 0 1 4.5 6a2 2 0 0 1 2-2z",users:"M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM2.5 20a6.5 6.5 0 0 1 13 0M16 4.300a3.5 3.5 0 0 1 0 6.400M18 14.500a6.5 6.5 0 0 1 3.5 5.5",webhooks:"M9 8.500a3.5 3.5 0 1 1 5.5 2.900l2.5 4.600M12 8.5 8.5 15M6 14a3.5 3.5 0 1 0 3.5 4h8",deliveries:"M3 6h18v12H3zM3 7l9 6.500L21 7",workers:"M7 7h10v10H7zM10 3v4M14 3v4M10 17v4M14 17v4M3 10h4M3 14h4M17 10h4M17 14h4",wechat:"M15 8.500C15 6 12.500 4 9.500 4S4 6 4 8.500c0 1.500.800 2.700 2 3.500v2.500l2.500-1.500M20 15.500c0-2.200-2-4-4.500-4s-4.500 1.800-4.500 4 2 4 4.500 4l1.500-.300 2 1.300v-2.200c.700-.700 1-1.700 1-2.800z",try:"m5 7 5 5-5 5M12 18h7",trace:"M3 12h4l2.5-7 5 14L17 12h4",config:"M4 7h9M17 7h3M4 17h3M11 17h9M15 9.500v-5M9 19.500v-5",keys:"M15 9a5 5 0 1 1-4.6 3L4 18.500V21h3v-2h2v-2h2l1.4-1.400M16.5 7.5h.01",health:"M20 12h-4l-2 5-4-10-2 5H4",menu:"M4 6h16M4 12h16M4 18h16",search:"M10.5 17a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13zM15.5 15.5 21 21",light:"M12 16.500a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9zM12 2v2M12 20v2M2 12h2M20 12h2M5 5l1.4 1.400M17.6 17.6 19 19M5 19l1.4-1.400M17.6 6.4 19 5",dark:"M20 14.500A8.5 8.5 0 0 1 9.5 4 8.5 8.5 0 1 0 20 14.500z",system:"M3 5h18v11H3zM9 20h6M12 16v4",help:"M9.5 9.500a2.5 2.5 0 1 1 3.5 2.300c-.7.4-1 .9-1 1.700M12 17h.01M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18z",pause:"M9 6v12M15 6v12",play:"M8 5.500v13l10-6.500z",close:"M6 6l12 12M18 6 6 18",check:"m5 12.5 4.5 4.5L19 7.5",copy:"M9 9h11v11H9zM5 15H4V4h11v1",docs:"M5 4h10l4 4v12H5zM14 4v5h5M8.5 13h7M8.5 16.500h7",out:"M14 4H5v16h9M10 12h11M17.5 8.5 21 12l-3.5 3.5"}});function at(e){let[t,s=""]=e.replace(/^#/,"").split("?");return{path:t.replace(/\/+$/,"")||"/",query:Object.fromEntries(new URLSearchParams(s))}}function N(e,t={}){let s=Object.entries(t).filter(([,o])=>o!=null&&o!==""),n=new URLSearchParams(s.map(([o,i])=>[o,String(i)])).toString();return`#${e}${n?`?${n}`:""}`}function X(e,t,{replace:s=!1}={}){let n=N(e,t);if(n!==location.hash){if(!s){location.hash=n;return}history.replaceState(null,"",n),dispatchEvent(new HashChangeEvent("hashchange"))}}function dn(e,t){let s=t.split("/").filter(Boolean);for(let n of e){let o=n.path.split("/");if(o.length!==s.length)continue;let i={};if(o.every((l,c)=>l.startsWith(":")?(i[l.slice(1)]=decodeURIComponent(s[c]),!0):l===s[c]))return{screen:n,params:i}}return null}var Y,Je,J=y(()=>{Y=e=>N(`/calls/${encodeURIComponent(e)}`),Je=e=>N(`/users/${encodeURIComponent(e)}`)});import{html as Tt}from"/ui/html.js";import{useEffect as un,useRef as Aa,useState as Na}from"/vendor/hooks.js";function oe({title:e,onClose:t,children:s,testid:n,wide:o=!1}){let i=Aa(null);return un(()=>{let c=document.activeElement;return i.current.showModal(),()=>c?.isConnected&&c.focus()},[]),Tt`<dialog ref=${i} class=${o?"wide":""} aria-label=${e} data-testid=${n} onMouseDown=${c=>c.target===i.current&&t()} onCancel=${c=>{c.preventDefault(),t()}}>
    <div class="stack"><h2>${e}</h2>${s}</div>
  </dialog>`}function pn({title:e,body:t,action:s="Yes",danger:n=!0,onYes:o,onNo:i}){let[a,l]=Na(!1),c=()=>{l(!0),o()};return Tt`<${oe} title=${e} onClose=${i} testid="confirm-dialog">
    ${t&&Tt`<p>${t}</p>`}
    <div class="row">
      <button type="button" class="push" onClick=${i} autofocus>Cancel</button>
      <button type="button" class=${n?"danger sure":"primary"} disabled=${a} onClick=${c} data-testid="confirm">${s}</button>
    </div>
  <//>`}function re(e){return new Promise(t=>ds.set({...e,resolve:t}))}function us(){let e=R(ds),t=s=>()=>{ds.set(null),e.resolve(s)};return un(()=>{if(!e)return;let s=t(!1);return addEventListener("hashchange",s),()=>removeEventListener("hashchange",s)},[e]),e?Tt`<${pn} key=${e.title} ...${e} onYes=${t(!0)} onNo=${t(!1)} />`:null}var ds,$n=y(()=>{ne();ds=new te(null)});import{html as De}from"/ui/html.js";import{useEffect as Ia,useState as hn}from"/vendor/hooks.js";function La(e){let t=[...e.currentTarget.parentElement.children],s=t.indexOf(e.currentTarget),n={ArrowDown:s+1,ArrowUp:s-1,Home:0,End:t.length-1}[e.key];n===void 0||!t[n]||(e.preventDefault(),t[n].focus())}function P({columns:e,rows:t,rowKey:s,open:n,rowClass:o=()=>"",caption:i,testid:a,rowTestid:l,expanded:c=()=>null}){let d=$=>u=>{!u.target.closest(Ra)&&String(getSelection())===""&&n($)},p=$=>u=>{u.target===u.currentTarget&&(u.key==="Enter"?n?.($):La(u))},h=t.length===0?{tabindex:0,role:"region","aria-label":i}:{};return De`<div class="scroll" ...${h}><table data-testid=${a}>
    <caption class="unseen">${i}</caption>
    <thead><tr>${e.map(({key:$,title:u,number:m})=>De`<th key=${$} scope="col" class=${m?"number":""}>${u}</th>`)}</tr></thead>
    <tbody>${t.map($=>{let u=c($),m=s($);return[De`<tr key=${m} data-testid=${l} data-id=${m} class=${`${n?"open":""} ${o($)}`} tabindex="0"
          onClick=${n&&d($)} onKeyDown=${p($)}>
          ${e.map(({key:_,render:M,number:v,className:j=""})=>De`<td key=${_} class=${`${v?"number":""} ${j}`}>${M($)}</td>`)}
        </tr>`,u&&De`<tr key=${`${m}-below`} class="below"><td colspan=${e.length}>${u}</td></tr>`]})}</tbody>
  </table></div>`}function ps(e,t,s){let[n]=hn(()=>We(`columns.${e}`,s)),[o,i]=hn(n.value);Ia(()=>n.listen(i),[n]);let a=c=>n.set(t.map(d=>d.key).filter(d=>d===c!==o.includes(d))),l=De`<details class="picker">
    <summary class="button small">Columns</summary>
    <div class="card">${t.map(({key:c,title:d})=>De`<label class="inline" key=${c}>
      <input type="checkbox" checked=${o.includes(c)} disabled=${o.length===1&&o.includes(c)} onChange=${()=>a(c)} />${d}
    </label>`)}</div>
  </details>`;return[t.filter(({key:c})=>o.includes(c)),l]}var Ra,fn=y(()=>{ne();Ra="a, button, input, select, label, summary"});import{html as r}from"/ui/html.js";import{useEffect as Ot,useId as Da,useRef as mn,useState as Et}from"/vendor/hooks.js";function b({word:e,tone:t=ve[e]??"",title:s,children:n}){return r`<span class=${`chip ${t}`} title=${s}>${n??e}</span>`}function Pe({call:e}){let{state:t,reason:s,error_code:n}=e;return t==="ended"?r`<${b} word=${s} title=${H(n)}>${n} ${s.replaceAll("_"," ")}<//>`:r`<${b} word=${t}><span class=${`dot live ${ve[t]}`}></span>${t}<//>`}function gn({value:e}){return r`<span class="code">${H(e)}</span>`}function T({at:e,precise:t=!1,relative:s=!1,short:n=!1}){let o=R(se);if(!e)return r`<span class="fine">–</span>`;let i=ce(e,{isUtc:!o,precise:!0}),a=ce(e,{isUtc:o,precise:t||s});if(s)return r`<time datetime=${e} title=${`${a} (${i})`}>${xt(e)}</time>`;let l=ce(Date.now(),{isUtc:o}).slice(0,11);return r`<time datetime=${e} title=${i}>${n&&a.startsWith(l)?a.slice(11):a}</time>`}function be({since:e,until:t}){let[,s]=Et(0);return Ot(()=>{if(t)return;let n=setInterval(()=>s(o=>o+1),1e3);return()=>clearInterval(n)},[t]),r`<span class="number">${nn((t?Date.parse(t):Date.now())-Date.parse(e))}</span>`}function z({name:e}){return r`<a href=${Je(e)} class="user" title=${e}>${e}</a>`}function Z({id:e,children:t}){return r`<a href=${Y(e)} class="mono" title=${e}>${t??`…${e.slice(-12)}`}</a>`}function W({text:e,label:t="Copy",bare:s=!1,testid:n}){let[o,i]=Et(!1);Ot(()=>{if(!o)return;let c=setTimeout(()=>i(!1),1500);return()=>clearTimeout(c)},[o]);let a=async()=>{try{await navigator.clipboard.writeText(typeof e=="function"?await e():e),i(!0)}catch{fe("The browser did not let the page copy.","bad")}},l=o?"Copied":t;return r`<button type="button" class=${`small ${s?"quiet bare":""}`} onClick=${a} data-testid=${n} title=${s?l:void 0}>
    <${pe} name=${o?"check":"copy"} size=${15} /><span class=${s?"unseen":""} aria-live="polite">${l}</span>
  </button>`}function L({method:e="GET",path:t,params:s,body:n,label:o="Copy as curl"}){return r`<${W} label=${o} text=${()=>vt(e,t,{params:s,body:n})} />`}function I({title:e,children:t}){return r`<div class="empty"><strong>${e}</strong>${t}</div>`}function ze({text:e}){return e.split("`").map((t,s)=>s%2===1?r`<code>${t}</code>`:t)}function C({error:e,retry:t}){return e?r`<div class="notice bad row" role="alert">
    <span>${e.message}${(e.fields??[]).map(s=>r`<br />${s}`)}</span>
    ${t&&r`<button type="button" class="small push" onClick=${t}>Try again</button>`}
  </div>`:null}function q({label:e,hint:t,children:s}){return r`<label>${e}${s}${t&&r`<span class="fine">${t}</span>`}</label>`}function Oe({cursor:e="",next:t,setQuery:s,shown:n,first:o="Newest",before:i="Newer",after:a="Older"}){let l=mn([]),c=p=>s({cursor:p},{replace:!1}),d=()=>{l.current.push(e),c(t)};return r`<nav class="row pager" aria-label="Pages">
    <button type="button" class="small" disabled=${!e} onClick=${()=>c("")}>${o}</button>
    <button type="button" class="small" disabled=${!e||l.current.length===0} onClick=${()=>c(l.current.pop())}>${i}</button>
    <button type="button" class="small" disabled=${!t} onClick=${d} data-testid="older">${a}</button>
    ${n!==void 0&&r`<span class="fine">${n}</span>`}
  </nav>`}function Ua({field:e,value:t,set:s}){let[n,o]=Et(t),i=mn();Ot(()=>o(t),[t]),Ot(()=>()=>clearTimeout(i.current),[]);let a=({target:l})=>{o(l.value),clearTimeout(i.current),i.current=setTimeout(()=>s(l.value.trim()),300)};return r`<input type=${e.type??"text"} step=${e.type==="datetime-local"?1:void 0} value=${n}
    placeholder=${e.placeholder??""} onInput=${a} autocomplete="off" spellcheck=${!1} data-testid=${`filter-${e.name}`} />`}function $e({fields:e,query:t,setQuery:s,children:n}){let[o,i]=Et(()=>!matchMedia(Pa).matches),a=(d,p)=>s({[d]:p,cursor:""}),l=e.filter(({name:d})=>t[d]),c=()=>s(Object.fromEntries([...l.map(({name:d})=>[d,""]),["cursor",""]]));return r`<form class="filters" role="search" aria-label="Filters" onSubmit=${d=>d.preventDefault()}>
    <button type="button" class="small narrow-only" aria-expanded=${String(o)} onClick=${()=>i(!o)}>Filters</button>
    ${o&&r`<div class="filter-fields">${e.map(d=>r`<${ja} key=${d.name} field=${d} query=${t} set=${a} />`)}${n}</div>`}
    ${l.length>0&&r`<div class="row" data-testid="active-filters">
      ${l.map(({name:d,label:p,show:h=$=>$})=>r`<button type="button" class="chip info" key=${d} title="Take this filter away"
        onClick=${()=>a(d,"")}>${p.toLowerCase()}: ${h(t[d])} <${pe} name="close" size=${13} /></button>`)}
      <button type="button" class="quiet small" onClick=${c}>Clear all</button>
    </div>`}
  </form>`}function ja({field:e,query:t,set:s}){let{name:n,label:o,options:i,show:a=d=>d,read:l=d=>d}=e,c=t[n]??"";return r`<label class="fine">${o}
    ${i?r`<select value=${c} onChange=${({target:d})=>s(n,d.value)} data-testid=${`filter-${n}`}>
          <option value="">any</option>
          ${i.map(d=>r`<option value=${d}>${d}</option>`)}
        </select>`:r`<${Ua} field=${e} value=${a(c)} set=${d=>s(n,d&&l(d))} />`}
  </label>`}function ke({value:e,label:t="JSON"}){let s=typeof e=="string"?e:JSON.stringify(e,null,2),n=[],o=0;for(let i of s.matchAll(Ha)){let[a,l,c,d]=i;n.push(s.slice(o,i.index));let p=l?c?"key":"string":d?"word":"digits";n.push(r`<span class=${`json-${p}`}>${l??a}</span>`,c??""),o=i.index+a.length}return n.push(s.slice(o)),r`<pre class="json" tabindex="0" role="region" aria-label=${t}>${n}</pre>`}function Mt({values:e,label:t,width:s=120,height:n=28}){let o=e.filter(c=>c!=null);if(o.length<2)return r`<svg class="spark" width=${s} height=${n} aria-hidden="true"></svg>`;let i=Math.max(...o,1e-9),a=e.map((c,d)=>[d*s/(e.length-1),c]).filter(([,c])=>c!=null),l=a.map(([c,d])=>`${c.toFixed(1)},${(n-2-d/i*(n-4)).toFixed(1)}`).join(" ");return r`<svg class="spark" viewBox=${`0 0 ${s} ${n}`} width=${s} height=${n} role="img" aria-label=${t} preserveAspectRatio="none">
    <polygon points=${`${a[0][0]},${n} ${l} ${a.at(-1)[0]},${n}`} /><polyline points=${l} />
  </svg>`}function Ee({value:e,limit:t,label:s}){let n=t?Math.min(1,e/t):0,o=n>.9?"bad":n>.7?"warn":"good";return r`<meter class=${`bar ${o}`} min="0" max="1" value=${n} aria-label=${s}></meter>`}function Me({tabs:e,chosen:t,choose:s,label:n}){let o=Da();return r`<div class="tabs" role="tablist" aria-label=${n} onKeyDown=${a=>{let l={ArrowRight:1,ArrowLeft:-1}[a.key];if(!l)return;let c=e.findIndex(([d])=>d===t);s(e[(c+l+e.length)%e.length][0]),a.currentTarget.children[(c+l+e.length)%e.length].focus()}}>${e.map(([a,l])=>r`
    <button type="button" role="tab" id=${`${o}-${a}`} aria-selected=${String(a===t)} tabindex=${a===t?0:-1}
      onClick=${()=>s(a)} data-testid=${`tab-${a}`}>${l}</button>`)}</div>`}function fe(e,t=""){let s={text:e,tone:t};it.set([...it.value,s]),setTimeout(()=>it.set(it.value.filter(n=>n!==s)),Wa)}function bn(){let e=R(it);return r`<div class="toasts" role="status" aria-live="polite" data-testid="toasts">
    ${e.map(({text:t,tone:s})=>r`<div class=${`notice ${s}`}>${t}</div>`)}
  </div>`}async function ae(e,t){try{let s=await e();return t&&fe(typeof t=="function"?t(s):t,"good"),!0}catch(s){return fe([s.message,...s.fields??[]].join(" · "),"bad"),!1}}function At(e,t,s){let n=URL.createObjectURL(new Blob([s],{type:t}));Object.assign(document.createElement("a"),{href:n,download:e}).click(),setTimeout(()=>URL.revokeObjectURL(n),1e4)}var Pa,Ha,it,Wa,x=y(()=>{E();D();cn();J();ne();$n();fn();Pa="(max-width: 48rem)";Ha=/("(?:\\.|[^"\\])*")(\s*:)?|\b(true|false|null)\b|(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)/g;it=new te([]),Wa=5e3});import{useEffect as yn,useRef as Fa,useState as qa}from"/vendor/hooks.js";function za(e){if(!e)return{tone:"",words:"unknown"};let t=e.checks.filter(({ok:n})=>!n);if(e.draining)return{tone:"warn",words:"stopping"};if(!e.ok)return{tone:"bad",words:t.length?t.map(({name:n})=>n.replaceAll("_"," ")).join(", "):"not well"};let s=e.checks.filter(({detail:n})=>n);return s.length?{tone:"warn",words:s.length===1?"one warning":`${s.length} warnings`}:{tone:"good",words:"healthy"}}function Ga(){let{data:e,error:t,reload:s}=S(()=>f.get("/health"),[]);return K(Ba,s),yn(()=>Ue.set(t?null:e??null),[e,t]),{report:R(Ue),isAway:t?.status===0}}function Ya(){let{report:e,isAway:t}=Ga(),{tone:s,words:n}=t?{tone:"bad",words:"out of reach"}:za(e);return r`<a class="state" href="#/health" data-testid="health"><span class=${`dot ${s}`}></span>${n}</a>
    ${e&&r`<span class="fine version">${e.version}</span>`}`}function Za(){let e=R(cs),t=R(ge),s=t?"Paused":{connecting:"Connecting",live:"Live",paused:"Paused",reconnecting:"Reconnecting"}[e],n={Live:"good",Connecting:""}[s]??"warn";return r`<button type="button" class="state" onClick=${()=>ge.set(!t)} aria-pressed=${String(t)} data-testid="live"
    title=${t?"Go on":"Hold the page still"}>
    <span class=${`dot ${n} ${s==="Live"?"live":""}`}></span><span role="status">${s}</span><${pe} name=${t?"play":"pause"} size=${14} />
  </button>`}function Qa({input:e}){return r`<form class="search" role="search" onSubmit=${s=>{s.preventDefault();let n=e.current.value.trim();if(n!==""){if(!Va.test(n)){fe("Give the id of a call, or the name of a user.","warn");return}X(`${Ka.test(n)?"/calls":"/users"}/${encodeURIComponent(n)}`),e.current.value="",e.current.blur()}}}>
    <${pe} name="search" size=${16} />
    <input ref=${e} type="search" aria-label="Find a call by its id, or a user by name" placeholder="Call id or user" data-testid="search"
      autocomplete="off" autocapitalize="none" spellcheck=${!1} />
    <kbd>/</kbd>
  </form>`}function ti({close:e}){return r`<${oe} title="Keys" onClose=${e} testid="help">
    <dl class="facts">${Xa.map(([t,s])=>r`<dt><kbd>${t}</kbd></dt><dd>${s}</dd>`)}</dl>
    <p class="row"><a href="/api/docs" target="_blank" rel="noopener">API reference</a><a href="/docs/" target="_blank" rel="noopener">Documentation</a>
      <button type="button" class="push" onClick=${e} autofocus>Close</button></p>
  <//>`}function si(e,t){yn(()=>{let s=!1,n=o=>{let i=o.target.closest?.("input, textarea, select, [contenteditable]");if(i&&o.key==="Escape"&&o.target.blur(),i||o.ctrlKey||o.metaKey||o.altKey||document.querySelector("dialog[open]"))return;let a=s&&ei[o.key];s=o.key==="g",a?X(`/${a}`):o.key==="?"?t(!0):o.key==="p"?ge.set(!ge.value):o.key==="/"&&(o.preventDefault(),e.current.focus())};return addEventListener("keydown",n),()=>removeEventListener("keydown",n)},[])}function wn({isMenuOpen:e,toggleMenu:t}){let s=R(Xe),n=R(se),o=R(B),i=Fa(null),[a,l]=qa(!1);return si(i,l),r`<header class="top">
    <button type="button" class="quiet menu" aria-expanded=${String(e)} aria-controls="navigation" aria-label="Menu" onClick=${t} data-testid="menu"><${pe} name="menu" /></button>
    <a class="brand" href="#/overview"><img src="/ui/icon.svg" width="26" height="26" alt="" />hookswitch</a>
    <${Ya} /><${Za} /><${Qa} input=${i} />
    <div class="row choices">
      <button type="button" class="quiet" onClick=${()=>Xe.set(Ja[s])} aria-label=${`Colours: ${s}`} title=${`Colours: ${s}`} data-testid="theme"><${pe} name=${s} /></button>
      <button type="button" class="quiet" onClick=${()=>se.set(!n)} title="Times in UTC or in this zone" data-testid="zone">${n?"UTC":"Local"}</button>
      <button type="button" class="quiet" onClick=${()=>l(!0)} aria-label="Keys" title="Keys (?)"><${pe} name="help" /></button>
      <a class="button quiet wide-only" href="/api/docs" target="_blank" rel="noopener">API</a>
      <a class="button quiet wide-only" href="/docs/" target="_blank" rel="noopener">Docs</a>
      <button type="button" class="quiet" onClick=${()=>is()} title=${`Sign out (${o?.name||o?.id}, ${o?.scope})`} aria-label="Sign out" data-testid="sign-out"><${pe} name="out" /></button>
    </div>
    ${a&&r`<${ti} close=${()=>l(!1)} />`}
  </header>`}var Ba,Ka,Va,Ja,Ue,Xa,ei,Nt=y(()=>{E();F();x();J();ne();Ba=1e4,Ka=/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i,Va=/^[A-Za-z0-9._@:+-]{1,128}$/,Ja={system:"light",light:"dark",dark:"system"},Ue=new te(null);Xa=[["/","Find a call by its id, or a user by name"],["?","This list"],["g then o, c, u","Go to the overview, calls, users"],["g then w, d, t, h","Go to webhooks, deliveries, trace, health"],["g then m, x","Go to media workers, WeChat accounts"],["p","Hold the page still, or go on"],["↑ ↓ Home End","Walk the rows of a table"],["Enter","Open a row"],["Esc","Close a dialog"]],ei={o:"overview",c:"calls",u:"users",w:"webhooks",d:"deliveries",t:"trace",h:"health",m:"workers",x:"wechat"}});async function Ge(e){let t=`Both hear that it was ended, with code ${e.state==="talking"?"0":"100101"} and reason “forced”.`;return await re({title:`Finish the call of ${e.caller} and ${e.callee}?`,body:t,action:"Finish"})&&ae(()=>f.post(`/calls/${e.id}/finish`,{}),"The call is finished.")}async function It(e){return await re({title:`Kick ${e}?`,body:"Every session is told 211 and ends, and with them the user’s call. The user may log in again.",action:"Kick"})&&ae(()=>f.post(`/users/${encodeURIComponent(e)}/kick`),({sessions:n})=>`${e}: ${n===1?"one session":`${n} sessions`} ended.`)}async function vn(e){return await re({title:`Delete the account of ${e}?`,body:"The password is forgotten and every session ends. Calls of the past stay in the list.",action:"Delete the account"})&&ae(()=>f.del(`/users/${encodeURIComponent(e)}`),`The account of ${e} is gone.`)}var lt=y(()=>{E();x()});function ni({call:e}){return r`<${z} name=${e.callee} />${e.dialled&&r` <span class="fine">dialled ${e.dialled}</span>`}`}function oi({call:e}){return e.state==="ringing"?r`<${be} since=${e.ringing_at} />`:e.ringing_at?g(e.ring_ms):r`<span class="fine">–</span>`}function ri({call:e,longest:t}){return e.state==="talking"?r`<${be} since=${e.started_at} />`:e.started_at?r`<span class="length">${g(e.talk_ms)}<span class="length-bar" style=${{width:`${100*e.talk_ms/t}%`}}></span></span>`:r`<span class="fine">–</span>`}function ai({call:e}){let t=e.veto??[];if(t.length===0)return r`<span class="fine">–</span>`;let s=t.find(({verdict:o})=>o!=="allow")??t[0],n=Math.max(...t.map(({ms:o})=>o));return r`<${b} word=${s.verdict} tone=${s.verdict==="timeout"?"bad":void 0} title=${`${s.hook}${s.policy?`, policy: ${s.policy}`:""}`} /> <span class="fine number">${g(n)}</span>`}var kn,Rt,Lt,$s=y(()=>{lt();D();x();kn=["requested","caller","callee","outcome","rang","talked","setup","ended_by","veto","id"];Rt=[{key:"requested",title:"Requested",render:e=>r`<${T} at=${e.requested_at} short />`},{key:"caller",title:"Caller",render:e=>r`<${z} name=${e.caller} />`},{key:"callee",title:"Callee",render:e=>r`<${ni} call=${e} />`},{key:"outcome",title:"State or end",render:e=>r`<${Pe} call=${e} />`},{key:"code",title:"Code",render:e=>e.state==="ended"?H(e.error_code):""},{key:"rang",title:"Rang",number:!0,render:e=>r`<${oi} call=${e} />`},{key:"talked",title:"Talked",number:!0,render:(e,{longest:t})=>r`<${ri} call=${e} longest=${t} />`},{key:"setup",title:"Setup",number:!0,render:e=>g(_e(e))},{key:"ended_by",title:"Ended by",render:e=>e.ended_by??""},{key:"veto",title:"Veto",render:e=>r`<${ai} call=${e} />`},{key:"media",title:"Media",render:e=>Ve(e.flags)},{key:"doors",title:"Doors",render:e=>[e.caller_door,e.callee_door??"?"].join(" → ")},{key:"devices",title:"Devices",render:e=>[e.caller_device||"unnamed",e.callee_device===null?"–":e.callee_device||"unnamed"].join(" → ")},{key:"placed",title:"Placed by",render:e=>e.placed?"the API":"the caller"},{key:"room",title:"Room",number:!0,render:e=>e.room??""},{key:"user_str",title:"Text",render:e=>r`<span class="clip">${e.user_str}</span>`},{key:"id",title:"Id",render:e=>r`<span class="row nowrap"><${Z} id=${e.id} /><${W} text=${e.id} label="Copy the id" bare /></span>`}],Lt={key:"finish",title:r`<span class="unseen">Actions</span>`,render:e=>e.state!=="ended"&&r`<button type="button" class="small danger" data-testid="finish-call" onClick=${()=>Ge(e)}>Finish</button>`}});import{useEffect as ii,useRef as li,useState as Sn}from"/vendor/hooks.js";function _n(e){return Object.fromEntries(ci.filter(t=>e[t]).map(t=>[t,e[t]]))}function ui(e,{state:t,user:s,caller:n,callee:o,reason:i,door:a,from:l,to:c}){let d=Date.parse(e.requested_at);return(!t||e.state===t)&&(!s||e.caller===s||e.callee===s)&&(!n||e.caller===n)&&(!o||e.callee===o)&&(!i||e.reason===i)&&(!a||e.caller_door===a||e.callee_door===a)&&(!l||d>=Date.parse(l))&&(!c||d<=Date.parse(c))}function xn(e,t,s,n){let o=new Map(e.map(i=>[i.id,i]));for(let i of t){let a=o.get(i.id);(a?a.version>=i.version:!n)||(ui(i,s)?o.set(i.id,i):o.delete(i.id))}return[...o.values()].sort((i,a)=>i.id<a.id?1:-1)}function Dt(e,{cursor:t="",limit:s}={}){let[n,o]=Sn([]),[i,a]=Sn(new Set),l=li([]),{data:c,error:d,isLoading:p,reload:h}=S(async()=>{let u=await f.get("/calls",{...e,cursor:t,limit:s});return o(xn(u.items,l.current,e,!t)),a(new Set),u},[JSON.stringify(e),t]);ii(()=>{let u=setTimeout(h,di);return()=>clearTimeout(u)},[JSON.stringify(e),t]);let $=Q(()=>{let u=l.current;if(l.current=[],n.length>Cn){l.current=[...u.slice(-Cn),...l.current],h();return}o(m=>xn(m,u,e,!t)),a(new Set(u.map(({id:m})=>m)))},120);return V(({event:u,data:{data:m}})=>{u==="gap"&&h(),!(!m?.call||u==="worker.failed")&&(l.current.push(m.call),$())}),{rows:n,fresh:i,next:c?.next_cursor??null,isLoaded:c!==void 0,isLoading:p,error:d,reload:h}}var ci,Cn,di,hs=y(()=>{E();F();ci=["state","user","caller","callee","reason","door","from","to"],Cn=300,di=1200});function Pt(e,t,s,n){let o=(n-s)/(t-e||1);return i=>s+(i-e)*o}function En(e,t,s){let n=(t-e)/Math.max(s,1),o=10**Math.floor(Math.log10(n)),i=[1,2,5,10].find(c=>c*o>=n)*o,[a,l]=[Math.ceil(e/i-1e-9),Math.floor(t/i+1e-9)];return Array.from({length:l-a+1},(c,d)=>Number(((a+d)*i).toPrecision(12)))}function Mn(e,t,s,n){let o=Tn.find(a=>(t-e)/a<=s)??Tn.at(-1),i=[];for(let a=Math.ceil((e+n)/o)*o-n;a<=t;a+=o)i.push(a);return i}function ms(e,t,s){let n=[],o=null;return e.forEach((i,a)=>{s(a)?o?o.push([i,t[a]]):n.push(o=[[i,t[a]]]):o=null}),n}function An(e,t,s){return ms(e,t.map(s),n=>fs(t[n])).map(n=>`M${gs(n)}${n.length===1?"h0":""}`).join("")}function bs(e,t,s,n){let o=Array.isArray(s)?s:t.map(()=>s),i=l=>fs(t[l])&&fs(o[l]),a=ms(e,o.map(n),i);return ms(e,t.map(n),i).map((l,c)=>`M${gs(l)}L${gs(a[c].reverse())}Z`).join("")}function Nn(e,t,s){let n=e.reduce((i,a,l)=>l>0?Math.min(i,a-e[l-1]):i,pi/On),o=je(n*On);return e.map((i,a)=>t[a]?`M${je(i)} ${je(s(0))}V${je(s(t[a]))}h${o}V${je(s(0))}Z`:"").join("")}function In(e,t,s){return e.length===0?null:s?Math.max(0,e.findLastIndex(n=>n<=t)):e.reduce((n,o,i)=>Math.abs(o-t)<Math.abs(e[n]-t)?i:n,0)}var Tn,pi,On,fs,je,gs,Rn=y(()=>{Tn=[1,2,5,10,15,30,60,120,180,360,720].map(e=>e*60),pi=40,On=.9;fs=e=>e!=null,je=e=>Math.round(e*10)/10;gs=e=>e.map(([t,s])=>`${je(t)} ${je(s)}`).join("L")});import{useEffect as $i,useMemo as hi,useRef as fi,useState as ys}from"/vendor/hooks.js";function Dn(e){let t=[];for(let s of e){let n=t.at(-1);t.push(s.map((o,i)=>o+(n?n[i]:0)))}return t}function bi(e){let[t,s]=ys(gi);return $i(()=>{let n=new ResizeObserver(([{contentRect:o}])=>{o.width>0&&s(o.width)});return n.observe(e.current),()=>n.disconnect()},[]),t}function yi({times:e,from:t,to:s,series:n,bands:o,width:i,height:a,isUtc:l}){let c=n.flatMap(({values:O})=>O).filter(O=>O!=null),[d,p]=c.reduce(([O,le],Ce)=>[Math.min(O,Ce),Math.max(le,Ce)],[0,1]),[h,$]=[t??e[0],s??e.at(-1)],[u,m]=[Math.max(i-G.right,G.left+1),a-G.bottom],_=Pt(h,$,G.left,u),M=Pt(d,p*1.05,m,G.top),v=e.map(_),j=l?0:-60*new Date($*1e3).getTimezoneOffset();return{xs:v,xOf:_,yOf:M,right:u,bottom:m,timeOf:Pt(G.left,u,h,$),timeMarks:Mn(h,$,(u-G.left)/Ln.time,j),valueMarks:En(d,p*1.05,(m-G.top)/Ln.value),bands:o.map(([O,le])=>({path:bs(v,n[O].values,n[le].values,M),of:n[O]})),series:n.map(O=>({of:O,line:O.bars?"":An(v,O.values,M),area:O.bars?Nn(v,O.values,M):O.fill?bs(v,O.values,0,M):""}))}}function wi({shapes:e,unit:t,isUtc:s}){let{xOf:n,yOf:o,right:i,bottom:a}=e;return r`<g class="chart-axes">
    ${e.valueMarks.map(l=>r`<path d=${`M${G.left-6} ${o(l)}H${i}`} /><text x=${G.left-10} y=${o(l)+4} text-anchor="end">${t(l)}</text>`)}
    ${e.timeMarks.map(l=>r`<path d=${`M${n(l)} ${G.top}V${a+6}`} /><text x=${n(l)} y=${a+20} text-anchor="middle">${Pn(l,s)}</text>`)}
  </g>`}function vi({series:e,times:t,at:s,unit:n,isUtc:o}){let i=a=>s===null||a===null||a===void 0?"–":n(a);return r`<ul class="plain row legend">
    <li class="number">${s===null?"Time":Pn(t[s],o)}</li>
    ${e.map(a=>r`<li key=${a.label}><svg class="chart-key" width="16" height="8"><path class="chart-line" d="M1 4h14" style=${Un(a)} /></svg> ${a.label} <strong class="number">${i(a.values[s])}</strong></li>`)}
  </ul>`}function ct({label:e,times:t,from:s,to:n,series:o,bands:i=[],unit:a=String,height:l=170,legend:c=!0,testid:d,onPick:p,onHover:h}){let $=fi(null),u=bi($),m=R(se),[_,M]=ys(null),[v,j]=ys(null),O=hi(()=>yi({times:t,from:s,to:n,series:o,bands:i,width:u,height:l,isUtc:m}),[t,s,n,o,u,l,m]),{xs:le,yOf:Ce,right:os,bottom:de}=O,Ie=_!==null&&_<t.length?_:null,rs=U=>Math.min(os,Math.max(G.left,U.clientX-U.currentTarget.getBoundingClientRect().left)),Vs=U=>{M(U),U!==_&&h?.(U)};return r`<figure class="chart" data-testid=${d}><figcaption>${e}</figcaption>
    <div ref=${$}><svg class=${p?"pickable":""} role="img" aria-label=${e} width=${u} height=${l}
        onPointerMove=${U=>{let me=rs(U);Vs(In(t,O.timeOf(me),o.some(({bars:xe})=>xe))),v&&j({...v,end:me})}} onPointerLeave=${()=>Vs(null)} onPointerDown=${U=>{!p||U.button!==0||U.pointerType==="touch"||(U.currentTarget.setPointerCapture(U.pointerId),j({start:rs(U),end:rs(U)}))}} onPointerUp=${()=>{if(j(null),!v)return;let[U,me]=[v.start,v.end].sort((xe,ga)=>xe-ga);me-U>=mi&&p(...[U,me].map(xe=>new Date(O.timeOf(xe)*1e3)))}} onPointerCancel=${()=>j(null)}>
      <${wi} shapes=${O} unit=${a} isUtc=${m} />
      <svg x=${G.left} width=${u-G.left} height=${l} viewBox=${`${G.left} 0 ${u-G.left} ${l}`}>
        ${O.bands.map(({path:U,of:me})=>r`<path d=${U} style=${{fill:Ut(me),fillOpacity:.15}} />`)}
        ${O.series.map(({of:U,line:me,area:xe})=>r`
          ${xe&&r`<path d=${xe} style=${{fill:Ut(U),fillOpacity:U.fill}} />`}
          ${me&&r`<path class="chart-line" d=${me} style=${Un(U)} />`}`)}
      </svg>
      ${Ie!==null&&r`<path class="chart-cursor" d=${`M${le[Ie]} ${G.top}V${de}`} />`}
      ${Ie!==null&&o.map(U=>!U.bars&&typeof U.values[Ie]=="number"&&r`<circle r="3.5" cx=${le[Ie]} cy=${Ce(U.values[Ie])} style=${{fill:Ut(U)}} />`)}
      ${v&&r`<rect class="chart-picked" x=${Math.min(v.start,v.end)} y=${G.top} width=${Math.abs(v.end-v.start)} height=${de-G.top} />`}
    </svg></div>
    ${c&&r`<${vi} series=${o} times=${t} at=${Ie} unit=${a} isUtc=${m} />`}
  </figure>`}var G,Ln,mi,gi,Pn,Ut,Un,jn=y(()=>{Rn();D();x();ne();G={top:8,right:18,bottom:26,left:58},Ln={time:70,value:34},mi=4,gi=300;Pn=(e,t)=>ce(e*1e3,{isUtc:t}).slice(11,16),Ut=e=>`var(${e.colour})`;Un=e=>({stroke:Ut(e),strokeWidth:e.width??2,strokeDasharray:e.dash?.join(" ")})});import{useMemo as Hn,useState as ki}from"/vendor/hooks.js";function Ci(e,t){let s=[],n=dt.map(()=>[]);for(let o of e){let i=Math.floor(ws(o)/(t*60))*t*60;if(s.at(-1)!==i){s.push(i);for(let a of n)a.push(0)}dt.forEach((a,l)=>{n[l][s.length-1]+=Wn(o,a)/t})}return{times:s,byReason:n}}function xi({minutes:e,stack:t,hovered:s}){let n=R(se),o=e[0]?.at,i=s!==null&&s<t.times.length,a=(c,d)=>i?t.byReason[d][s]:e.reduce((p,h)=>p+Wn(h,c),0),l=dt.map((c,d)=>[c,a(c,d)]).filter(([,c])=>c>0);return r`<ul class="plain row legend">
    <li class="fine number">${i?`${ce(t.times[s]*1e3,{isUtc:n}).slice(11,16)}, per min`:"in all"}</li>
    ${l.map(([c,d])=>r`<li key=${c}>
      <a href=${N("/calls",{reason:c==="other"?"":c,state:c==="other"?"ended":"",from:o})}><span class="dot" style=${{background:`var(--reason-${c})`}}></span>${c} <strong class="number">${w(Math.round(d*10)/10)}</strong></a></li>`)}
  </ul>`}function Fn({minutes:e,range:t,timeout:s}){let[n,o]=ki(null),i=ut[t]*60,a=ws(e.at(-1))+60,l={from:a-i,to:a,onPick:(u,m)=>X("/calls",{from:u.toISOString(),to:m.toISOString()})},c=Hn(()=>e.map(ws),[e]),d=u=>e.map(u),p=Hn(()=>Ci(e,Si[t]),[e,t]),h=Dn(p.byReason),$=dt.map((u,m)=>({label:u,colour:`--reason-${u}`,values:h[m],fill:1,bars:!0})).reverse();return r`
    <section class="card">
      <${ct} ...${l} label="Calls ended per minute, by reason" testid="chart-ended" times=${p.times} series=${$} unit=${u=>String(Math.round(u*100)/100)} legend=${!1} onHover=${o} />
      <${xi} minutes=${e} stack=${p} hovered=${n} />
    </section>
    <section class="card"><${ct} ...${l} label="Concurrent calls" testid="chart-concurrent" times=${c} unit=${u=>String(Math.round(u*10)/10)} series=${[{label:"talking",colour:"--go",values:d(({talking:u})=>u),fill:.18},{label:"ringing",colour:"--reason-refused",values:d(({ringing:u})=>u)}]} /></section>
    <section class="card"><${ct} ...${l} label="From the request to the start" testid="chart-setup" times=${c} unit=${g} bands=${[[1,0]]} series=${[{label:"p50",colour:"--accent",values:d(({request_to_start_ms:u})=>u.p50)},{label:"p95",colour:"--accent",values:d(({request_to_start_ms:u})=>u.p95),width:1}]} /></section>
    <section class="card"><${ct} ...${l} label="Veto latency" testid="chart-veto" times=${c} unit=${g} bands=${[[1,0]]} series=${[{label:"p50",colour:"--accent",values:d(({veto_ms:u})=>u.p50)},{label:"p95",colour:"--accent",values:d(({veto_ms:u})=>u.p95),width:1},...s?[{label:"timeout",colour:"--stop",values:e.map(()=>s),dash:[6,4],width:1.5}]:[]]} /></section>`}var ut,Si,dt,Wn,ws,qn=y(()=>{jn();D();x();J();ne();ut={"1h":60,"6h":360,"24h":1440},Si={"1h":1,"6h":5,"24h":15},dt=["hangup","cancelled","refused","timeout","busy","offline","vetoed","disconnected","other"],Wn=(e,t)=>t!=="other"?e.finished_by_reason[t]??0:_t.filter(s=>!dt.includes(s)).reduce((s,n)=>s+(e.finished_by_reason[n]??0),0),ws=e=>Date.parse(e.at)/1e3});import{useEffect as _i,useState as Ti}from"/vendor/hooks.js";function Bn({id:e,event:t,data:{timestamp:s,data:n}}){return t==="worker.failed"?{id:e,at:s,words:r`<a href="#/workers">Media worker ${n.worker}</a> failed: ${n.detail}`,tone:"bad"}:n?.call?{id:e,at:s,call:n.call,tone:n.call.state==="ended"?ve[n.call.reason]:ve[n.call.state]}:t==="user.online"||t==="user.offline"?{id:e,at:s,user:n.user,words:t==="user.online"?"came online":"went offline",tone:t==="user.online"?"good":""}:null}function Ei({call:e}){return r`${e.state==="ended"&&r`<strong>${e.caller} → ${e.callee}:</strong> `}${Te(e)}`}function Kn(e,t){let s=({call:n})=>n&&n.id===e.call?.id&&n.state==="requested";return[e,...t.filter(n=>!s(n))].slice(0,Oi)}function Vn(){let[e,t]=Ti(Mi),{data:s,reload:n}=S(()=>f.get("/calls",{limit:12,state:"ended"}),[]);return _i(()=>{if(!s)return;let o=s.items.map(i=>({id:i.id,at:i.ended_at,call:i,tone:ve[i.reason]}));t(i=>[...i,...o.filter(({call:a})=>!i.some(l=>l.call?.id===a.id&&l.call.state==="ended"))].sort((a,l)=>Date.parse(l.at)-Date.parse(a.at)))},[s]),V(o=>{o.event==="gap"&&n();let i=Bn(o);i&&t(a=>Kn(i,a))}),r`<section class="card feed" data-testid="feed"><h2>What just happened</h2>
    ${e.length===0?r`<p class="fine">Calls, and users who come and go, appear here as it happens.</p>`:r`<div class="feed-lines" tabindex="0" role="region" aria-label="What just happened"><ol class="plain">${e.map(({id:o,at:i,call:a,user:l,words:c,tone:d})=>r`<li key=${o}>
          <span class=${`dot ${d}`}></span>
          <span>${a?r`<${Ei} call=${a} />`:r`${l&&r`<${z} name=${l} /> `}${c}.`}</span>
          ${a?r`<a href=${Y(a.id)} title="Open the call"><${T} at=${i} short /></a>`:r`<span class="fine"><${T} at=${i} short /></span>`}</li>`)}</ol></div>`}
  </section>`}var Oi,Mi,Jn=y(()=>{E();D();F();x();J();Oi=40;Mi=()=>ot.map(Bn).filter(Boolean).reduceRight((e,t)=>Kn(t,e),[])});function Ae({title:e,to:t,value:s,unit:n="",note:o,values:i,testid:a,children:l}){return r`<a class="card tile" href=${t}>
    <span class="fine">${e}</span>
    <span class="figure number"><span data-testid=${a}>${s}</span>${n&&r`<small>${n}</small>`}</span>
    ${l}
    <span class="fine number">${o}</span>
    ${i&&r`<${Mt} values=${i} label=${`${e} over the last hour`} />`}
  </a>`}function Gn({stats:e,report:t,minutes:s,timeout:n}){let{last_hour:o}=e,i=new Date(Math.floor((Date.parse(e.now)-Ai)/6e4)*6e4).toISOString(),a=d=>s.length>1?s.map(d):null,l=t?.outbox,c=o.veto_ms;return r`<div class="tiles">
    <${Ae} title="Users online" to=${N("/users",{online:!0})} value=${w(e.users_online)} note=${k(e.sessions,"session")} values=${a(({users_online:d})=>d)} testid="stat-online" />
    <${Ae} title="Ringing" to=${N("/calls",{state:"ringing"})} value=${w(e.ringing)} note=${`${w(e.requested)} before a verdict`} values=${a(({ringing:d})=>d)} testid="stat-ringing" />
    <${Ae} title="Talking" to=${N("/calls",{state:"talking"})} value=${w(e.talking)} note=${`${k(o.requested,"call")} in the last hour`} values=${a(({talking:d})=>d)} testid="stat-talking" />
    <${Ae} title="Answered, 1 h" to=${N("/calls",{from:i})} value=${on(o.started,o.requested)} note=${`${w(o.started)} of ${w(o.requested)}`} values=${a(({started:d})=>d)} testid="stat-answered" />
    <${Ae} title="Request to start, 1 h" to=${N("/calls",{from:i,reason:"hangup"})} value=${g(o.request_to_start_ms.p50)} note=${zn(o.request_to_start_ms)} values=${a(({request_to_start_ms:d})=>d.p50)} />
    <${Ae} title="Ringing time, 1 h" to=${N("/calls",{from:i})} value=${g(o.ring_ms.p50)} note=${zn(o.ring_ms)} values=${a(({ring_ms:d})=>d.p50)} />
    <${Ae} title="Veto p95, 1 h" to=${N("/webhooks")} value=${g(c.p95)} note=${n?`of ${g(n)} timeout`:"no hook is asked"}>
      ${n&&c.p95!==null&&r`<${Ee} value=${c.p95} limit=${n} label=${`Veto p95 ${g(c.p95)} of ${g(n)}`} />`}
    <//>
    <${Ae} title="Outbox" to=${N("/deliveries",{state:"pending"})} value=${w(l?.waiting)} unit=${l?.waiting===1?"event":"events"} note=${l?.waiting?`the oldest for ${g(l.oldest_secs*1e3)}`:"nothing waits"}
      values=${a(({outbox_waiting:d})=>d)} testid="stat-outbox" />
  </div>`}var Ai,zn,Yn=y(()=>{D();x();J();Ai=36e5;zn=({p50:e,p95:t})=>e===null?"no call was measured":`p95 ${g(t)}`});var eo={};ee(eo,{default:()=>Xn});function Ri({report:e}){let t=R(Zn),s=({name:o,detail:i})=>`${o}: ${i}`;return(e?.checks??[]).filter(o=>!o.ok||o.detail&&!t.includes(s(o))).map(o=>{let{name:i,ok:a,detail:l,advice:c}=o;return r`<div class=${`notice ${a?"warn":"bad"} warning`} key=${i} data-testid="warning">
      <span><strong>${i.replaceAll("_"," ")}</strong>${l?`: ${l}`:" fails"}. ${c}</span>
      <a href="#/health">Health</a>
      ${a&&r`<button type="button" class="small" onClick=${()=>Zn.set([...t,s(o)])} data-testid="hide-hint">Hide</button>`}
    </div>`})}function Li(){return r`<section class="card" data-testid="welcome"><${I} title="Nobody has called yet">
    <p>This page fills by itself. Make a call between two people in the <a href="/" target="_blank" rel="noopener">demo</a>, or give a client of yours a token:</p>
    <pre tabindex="0">hookswitch token alice</pre>
    <p>To decide who may call whom, <a href="#/webhooks">register a hook</a>.</p>
  <//></section>`}function Pi(){let{rows:e,fresh:t}=Dt({},{limit:Qn}),s=e.slice(0,Qn),n=Math.max(1,...s.map(({talk_ms:i})=>i??0)),o=Di.map(i=>({...i,render:a=>i.render(a,{longest:n})}));return s.length===0?null:r`<section class="card"><div class="row"><h2>Latest calls</h2><a class="push" href="#/calls">All calls</a></div>
    <${P} caption="Latest calls" testid="calls-table" rowTestid="call-row" columns=${A("control")?[...o,Lt]:o} rows=${s} rowKey=${({id:i})=>i}
      rowClass=${({id:i})=>t.has(i)?"fresh":""} open=${({id:i})=>X(Y(i).slice(1))} />
  </section>`}function Xn({query:e,setQuery:t}){let s=ut[e.range]?e.range:"1h",n=R(Ue),o=S(()=>f.get("/stats"),[]),i=S(()=>f.get("/stats/history",{minutes:ut[s]}),[s]),a=S(()=>f.get("/webhooks",{limit:500}),[]),l=S(()=>f.get("/calls",{limit:1}),[]),c=Q(o.reload,300);V(({event:u})=>{c(),u==="call.requested"&&l.data?.items.length===0&&l.reload()}),K(Ii,o.reload),K(Ni,i.reload);let d=l.data?.items.length===0&&o.data?.users_online===0,p=(a.data?.items??[]).filter(({veto:u,enabled:m})=>u&&m),h=p.length?Math.min(...p.map(({timeout_ms:u})=>u)):null,$=i.data?.items??[];return r`
    <div class="screen-head"><h1>Overview</h1><span class="push"></span>
      <div class="row segments" role="group" aria-label="Time range">${Object.keys(ut).map(u=>r`<button type="button" class="small" key=${u} aria-pressed=${String(u===s)}
        onClick=${()=>t({range:u==="1h"?"":u})} data-testid=${`range-${u}`}>${u.replace("h"," h")}</button>`)}</div>
      <${L} path="/stats" />
    </div>
    <${C} error=${o.error} retry=${o.reload} />
    <${Ri} report=${n} />
    ${d&&r`<${Li} />`}
    ${o.data&&r`<${Gn} stats=${o.data} report=${n} minutes=${$.slice(-60)} timeout=${h} />`}
    <div class="beside">
      <div class="charts"><${C} error=${i.error} retry=${i.reload} />
        ${$.length>0&&r`<${Fn} minutes=${$} range=${s} timeout=${h} />`}</div>
      <${Vn} />
    </div>
    <${Pi} />`}var Ni,Ii,Zn,Qn,Di,to=y(()=>{E();Nt();F();x();J();ne();$s();hs();qn();Jn();Yn();Ni=1e4,Ii=5e3,Zn=We("hints",[]);Qn=8,Di=Rt.filter(({key:e})=>["requested","caller","callee","outcome","rang","talked","veto"].includes(e))});import{useRef as Ui,useState as ji}from"/vendor/hooks.js";function Hi(e){let t=e==null?"":String(e);return/^[=+\-@\t\r]/.test(t)&&!/^[+-]?\d+(\.\d+)?$/.test(t)&&(t=`'${t}`),/[",\r\n]/.test(t)?`"${t.replaceAll('"','""')}"`:t}function Wi(e){return[so.map(([s])=>s),...e.map(s=>so.map(([,n])=>Hi(n(s))))].map(s=>`${s.join(",")}\r
`).join("")}function oo({filters:e}){let[t,s]=ji(null),n=Ui(!1),o=async a=>{n.current=!1,s({format:a,done:0});try{let l=await ue("/calls",e,c=>(s({format:a,done:c}),!n.current));if(n.current)fe("The export was stopped; nothing was saved.","warn");else{let{type:c,write:d}=no[a];At(`hookswitch-calls-${new Date().toISOString().slice(0,19).replaceAll(":","")}.${a.toLowerCase()}`,c,d(l)),fe(`${k(l.length,"call")} exported.`,"good")}}catch(l){fe(l.message,"bad")}s(null)},i=()=>{n.current=!0};return r`${Object.keys(no).map(a=>r`<button type="button" class="small" key=${a} disabled=${t!==null} onClick=${()=>o(a)} data-testid=${`export-${a.toLowerCase()}`}
      title="Everything that fits the filters">${a}</button>`)}
    ${t&&r`<${oe} title=${`Exporting as ${t.format}`} onClose=${i}>
      <progress aria-label="Exporting"></progress>
      <p class="row">${k(t.done,"call")} so far<button type="button" class="push" onClick=${i}>Stop</button></p>
    <//>`}`}var so,no,ro=y(()=>{E();D();x();so=[...["id","state","caller","callee","dialled","caller_device","callee_device","caller_door","callee_door","placed","flags","param","user_str","room"].map(e=>[e,t=>t[e]]),["error_code",e=>e.error_code],["error_name",e=>e.error_code===null?"":H(e.error_code).replace(/^-?\d+ /,"")],...["reason","ended_by","requested_at","ringing_at","started_at","ended_at","ring_ms","talk_ms"].map(e=>[e,t=>t[e]]),["setup_ms",_e],["veto",e=>(e.veto??[]).map(({hook:t,verdict:s,ms:n})=>`${t}:${s}:${n}ms`).join(" ")]];no={CSV:{type:"text/csv",write:Wi},JSON:{type:"application/json",write:e=>`${JSON.stringify(e,null,2)}
`}}});var io={};ee(io,{default:()=>ao});function ao({query:e,setQuery:t}){let s=R(se),n=_n(e),{rows:o,fresh:i,next:a,isLoaded:l,error:c,reload:d}=Dt(n,{cursor:e.cursor}),p={type:"datetime-local",show:v=>zs(v,s),read:v=>Gs(v,s)},h=[{name:"state",label:"State",options:rn},{name:"reason",label:"Reason",options:_t},{name:"user",label:"User",placeholder:"caller or callee"},{name:"caller",label:"Caller"},{name:"callee",label:"Callee"},{name:"door",label:"Door",options:an},{name:"from",label:"From",...p},{name:"to",label:"To",...p}],$=Math.max(1,...o.map(({talk_ms:v})=>v??0)),[u,m]=ps("calls",Rt,kn),_=A("control")?[...u,Lt]:u,M=o.filter(({state:v})=>v!=="ended").length;return r`
    <div class="screen-head">
      <h1>Calls</h1>${l&&r`<span class="fine">${M?`${k(M,"call")} on this page ${M===1?"goes":"go"} on`:"none on this page goes on"}</span>`}
      <span class="push"></span>
      <${oo} filters=${n} /><${L} path="/calls" params=${n} />${m}
    </div>
    <${$e} fields=${h} query=${e} setQuery=${t} />
    <${C} error=${c} retry=${d} />
    ${l&&r`<div class="card">
      <${P} caption="Calls, the newest first" testid="calls-table" rowTestid="call-row" columns=${_.map(v=>({...v,render:j=>v.render(j,{longest:$})}))}
        rows=${o} rowKey=${({id:v})=>v} rowClass=${({id:v})=>i.has(v)?"fresh":""} open=${({id:v})=>X(Y(v).slice(1))} />
      ${o.length===0&&(Object.keys(n).length||e.cursor?r`<${Fi} />`:r`<${qi} />`)}
    </div>`}
    ${(a||e.cursor)&&r`<${Oe} cursor=${e.cursor} next=${a} setQuery=${t} shown=${k(o.length,"call")} />`}`}function Fi(){return r`<${I} title="No call fits">Take a filter away, or widen the time.<//>`}function qi(){return r`<${I} title="No call yet">
    <p>Calls appear here by themselves. Make the first one in the <a href="/" target="_blank" rel="noopener">demo</a>, or give a client of yours a token:</p>
    <pre tabindex="0">hookswitch token alice</pre>
  <//>`}var lo=y(()=>{E();ro();D();x();J();ne();$s();hs()});async function Ki(e,t){let s=[],n,o=0;do{let i=await f.get(`/webhooks/${encodeURIComponent(e)}/deliveries`,{limit:500,cursor:n});s.push(...i.items.filter(l=>l.call===t.id).map(l=>({...l,hook:e}))),o+=i.items.length,n=i.items.some(l=>Date.parse(l.at)<Date.parse(t.requested_at))||o>=co?null:i.next_cursor}while(n);return{items:s,isCut:o>=co&&s.length===0}}function uo(e){let t=S(async()=>{let n=await ue("/webhooks",{}),o=await Promise.all(n.map(({name:a})=>Ki(a,e))),i=o.flatMap(a=>a.items);return i.sort((a,l)=>a.hook===l.hook?a.seq-l.seq:a.hook<l.hook?-1:1),{items:i,hooks:n.length,isCut:o.some(({isCut:a})=>a)}},[e.id,e.version]),s=e.state!=="ended"||(t.data?.items??[]).some(({state:n})=>n==="pending");return K(Bi,()=>s&&t.reload()),t}function po({deliveries:{data:e,error:t,reload:s}}){return t?r`<${C} error=${t} retry=${s} />`:e?r`<section class="card" data-testid="call-deliveries"><h2>Deliveries</h2>
    ${e.items.length>0?r`<${P} caption="The call's events on their way to the hooks" columns=${Vi} rows=${e.items} rowKey=${({hook:n,id:o})=>`${n} ${o}`} />`:r`<p class="fine">${e.hooks===0?r`No hook is registered to hear of calls. <a href="#/webhooks">Add one</a>`:e.isCut?r`Too long ago to be looked up here: see <a href="#/deliveries">Deliveries</a>.`:`No event of this call is kept for ${k(e.hooks,"hook")}.`}</p>`}
  </section>`:null}var Bi,co,Vi,$o=y(()=>{E();D();F();x();J();Bi=5e3,co=2e3;Vi=[{key:"hook",title:"Hook",render:({hook:e})=>r`<a href=${N("/webhooks",{name:e})}>${e}</a>`},{key:"seq",title:"Seq",number:!0,render:({seq:e})=>e},{key:"type",title:"Event",render:({type:e})=>r`<code>${e}</code>`},{key:"state",title:"State",render:({state:e})=>r`<${b} word=${e} />`},{key:"attempts",title:"Tries",number:!0,render:({attempts:e})=>e},{key:"status",title:"Last answer",render:({last_status:e,last_error:t})=>e?`HTTP ${e}`:t??""},{key:"tried",title:"Last try",render:({tried_at:e})=>r`<${T} at=${e} short precise />`}]});import{Ladder as Ji,toMermaid as zi,traceToArrows as Gi}from"/ui/ladder.js";import{HOOK as vs,SERVER as ie,lanesFor as Yi,userLane as ho}from"/ui/ladder-data.js";import{useEffect as Zi,useMemo as Qi,useState as fo}from"/vendor/hooks.js";function el(e){let[t,s]=[ho(e.caller),ho(e.callee)],n={caller:t,callee:s,hook:vs,business:ie,server:ie},o=[],i=(a,l,c,d,p={})=>o.push({id:o.length,at:Date.parse(a.at),from:l,to:c,label:d,json:a,...p});for(let a of e.timeline){let l=n[a.actor]??ie;if(a.state==="requested"){i(a,e.placed?ie:t,e.placed?t:ie,e.placed?"placed":"request");for(let c of e.veto??[]){i(a,ie,vs,"veto?",{json:c});let d=new Date(Date.parse(a.at)+c.ms).toISOString(),p=c.verdict==="allow";i({at:d},vs,ie,c.verdict,{json:c,took:c.ms,tone:p?"good":"bad",...c.error_code?jt(c.error_code):{}})}}else if(a.state==="ringing")i(a,ie,s,"request"),i(a,ie,t,"reply",jt(0));else if(a.state==="talking")i(a,s,ie,"reply",jt(0)),i(a,ie,t,"start",{tone:"good",note:`room ${e.room}`}),i(a,ie,s,"start",{tone:"good",note:`room ${e.room}`});else{let c={...jt(a.error_code),tone:a.error_code===0?"":"warn"},d=e.started_at?"finish":"reply";(l===t||l===s)&&i(a,l,ie,d,c),(l!==t||e.started_at)&&i(a,ie,t,d,c),e.ringing_at&&(l!==s||e.started_at)&&i(a,ie,s,d,c)}}return{lanes:Yi([e.caller,e.callee],(e.veto??[]).map(({hook:a})=>a)),arrows:o}}function mo(e){let[t,s]=fo([]),[n,o]=fo(null),{data:i,error:a}=S(()=>f.get("/trace",{call:e.id,limit:Xi}),[e.id]);return Zi(()=>{i&&(s(i.items),o(i.items.at(-1)?.n??0))},[i]),St(i&&n!==null?{call:e.id,after:n}:null,l=>{s(c=>c.some(({n:d})=>d>=l.n)?c:[...c,l])}),Qi(()=>{let l=!a&&t.length>0,c=l?Gi(t,e):el(e);return{items:t,ladder:c,isFromTrace:l,isPartial:l&&!tl(t),isLoaded:!!(i||a)}},[t,e.version,a,i])}function go({call:e,ladder:{ladder:t,isFromTrace:s,isPartial:n,isLoaded:o}}){return o?r`<div class="row">
      ${!s&&r`<p class="fine" data-testid="from-record">The server no longer has the messages of this call; this is drawn from its record.</p>`}
      ${n&&r`<p class="fine">The server no longer has the first messages of this call.</p>`}
      <span class="push"></span><${W} label="Copy as Mermaid" text=${()=>zi(t)} />
    </div>
    <${Ji} ...${t} live=${e.state!=="ended"} label="What was said in this call" />`:null}var Xi,jt,tl,bo=y(()=>{E();D();F();x();Xi=500,jt=e=>({note:String(e),facts:[["code",H(e)]]});tl=e=>e.some(({kind:t,body:s})=>t==="frame"&&(s?.event==="request"||s?.method==="verto.invite"))});import{useEffect as sl,useState as nl}from"/vendor/hooks.js";function rl(e,t=Date.now()){let s=l=>Date.parse(l)-Date.parse(e.requested_at),n=e.ended_at?s(e.ended_at):Math.max(t-Date.parse(e.requested_at),0),o=e.ringing_at?s(e.ringing_at):e.started_at?s(e.started_at):n,i=e.started_at?s(e.started_at):n,a=(e.veto??[]).map(({hook:l,verdict:c,ms:d})=>({name:`veto ${l}`,from:0,to:d,tone:c==="allow"?"good":"bad",note:c}));return{total:Math.max(n,1),lanes:[{name:"requested",from:0,to:o,tone:"info"},...a,e.ringing_at&&{name:"ringing",from:o,to:i,tone:"warn"},e.started_at&&{name:"talking",from:i,to:n,tone:"good"}].filter(Boolean)}}function yo({call:e}){let[t,s]=nl(Date.now());sl(()=>{if(e.state==="ended")return;let a=setInterval(()=>s(Date.now()),ol);return()=>clearInterval(a)},[e.state]);let{total:n,lanes:o}=rl(e,t),i=a=>`${100*Math.min(a,n)/n}%`;return r`<div class="lanes" role="img" aria-label=${`Over ${g(n)}: ${o.map(({name:a,from:l,to:c})=>`${a} ${g(c-l)}`).join(", ")}`}>
    ${o.map(({name:a,from:l,to:c,tone:d,note:p})=>r`<div class="lane" key=${a}>
      <span class="lane-name">${a}</span>
      <div class="lane-track"><div class=${`lane-bar ${d}`} style=${{left:i(l),width:i(c-l)}}></div></div>
      <span class="lane-ms number">${g(c-l)}${p?` ${p}`:""}</span>
    </div>`)}
    <div class="lane" title=${Te(e)}>
      <span class="lane-name">ended</span>
      <div class="lane-track">${e.ended_at&&r`<div class=${`lane-end ${ve[e.reason]}`}></div>`}</div>
      <span class="lane-ms">${e.ended_at?H(e.error_code):"not yet"}</span>
    </div>
    <div class="lane fine" aria-hidden="true"><span class="lane-name"></span><div class="lane-scale number"><span>0</span><span>${g(n/2)}</span><span>${g(n)}</span></div><span class="lane-ms"></span></div>
  </div>`}var ol,wo=y(()=>{D();x();ol=500});var ko={};ee(ko,{default:()=>vo,drops:()=>pt,inWords:()=>he});function vo(){let{data:e,error:t,reload:s}=S(()=>f.get("/workers"),[]);return V(Q(s)),K(al,s),r`
    <div class="screen-head"><h1>Workers</h1>
      ${e?.pool.simulated&&r`<${b} tone="warn" title="The library is the simulator: no WeChat user is called">simulated<//>`}
      <span class="push"></span><${L} path="/workers" />
    </div>
    <div class="stack">
      <p class="fine">Each call with a WeChat user has a process of its own, in which WeChat’s SDK runs.</p>
      <${C} error=${t} retry=${s} />
      ${e&&!e.pool.enabled&&r`<div class="card"><${I} title="There are no calls with WeChat users here">
        <p>Set <code>cloudvoip.library</code> to the compiled shim: <a href="/docs/wechat">how to</a>. Calls between browsers need no worker.</p><//></div>`}
      ${e?.pool.enabled&&r`<${dl} ...${e} />`}
    </div>`}function dl({items:e,pool:{busy:t,idle:s,max:n,prewarm:o,ends:i,failures:a=[]}}){return r`
    <div class="panels">
      <section class="card" data-testid="pool">
        <h2>Pool</h2>
        <${Ee} value=${t} limit=${n} label="workers with a call" />
        <dl class="facts">
          <dt>with a call</dt><dd class="number" data-testid="pool-busy">${w(t)} of ${w(n)}</dd>
          <dt>waiting for one</dt><dd class="number" data-testid="pool-idle">${w(s)}</dd>
          <dt>kept ready</dt><dd class="number">${w(o)}</dd>
        </dl>
        ${t>=n&&r`<p class="problem">All are taken: another call with a WeChat user gets busy. Raise <code>cloudvoip.max_workers</code>.</p>`}
      </section>
      <section class="card" data-testid="worker-ends">
        <h2>How they ended, since the start</h2>
        ${Object.keys(i).length===0?r`<p class="fine">None has ended yet.</p>`:r`<dl class="facts">${Object.entries(i).map(([l,c])=>r`<dt>${he(l)}</dt><dd class=${il.includes(l)?"number":"problem"}>${w(c)}</dd>`)}</dl>`}
      </section>
    </div>
    <section class="card"><h2>${k(e.length,"process","processes")}</h2>
      ${e.length===0?r`<p class="fine">None runs: one is started with the next call, or ahead of it where <code>cloudvoip.prewarm</code> says so.</p>`:r`<${P} caption="Media workers by number" testid="workers-table" rowTestid="worker-row" columns=${ll} rows=${e} rowKey=${({id:l})=>String(l)} />`}
    </section>
    ${a.length>0&&r`<section class="card"><h2>Failed last</h2>
      <${P} caption="Workers that failed, the latest first" testid="failures-table" rowTestid="failure-row" columns=${cl} rows=${a} rowKey=${({worker:l})=>String(l)} /></section>`}`}var al,il,he,pt,Ht,ll,cl,Wt=y(()=>{E();D();F();x();al=2e3,il=["hung_up","declined","max_duration","rejected","cancelled","hangup_by_caller","hangup_by_callee","busy","no_answer","retired"],he=e=>e.replaceAll("_"," "),pt=({audio:e,video:t})=>e+t===0?"none":`${w(e)} sound, ${w(t)} video`,Ht=r`<span class="fine">–</span>`,ll=[{key:"id",title:"Worker",number:!0,render:({id:e})=>e},{key:"phase",title:"Phase",render:({phase:e})=>r`<${b} word=${e} />`},{key:"call",title:"Call",render:({call_id:e,account:t})=>e?r`<${Z} id=${e} /> <span class="fine">${t}</span>`:Ht},{key:"status",title:"Last status",render:({last_status:e})=>e?r`${he(e.name)} <span class="fine">${e.n}</span>`:Ht},{key:"pid",title:"Process",number:!0,render:({pid:e})=>e??Ht},{key:"age",title:"Age",number:!0,render:({age_ms:e,started_at:t})=>r`<span title=${t}>${g(e)}</span>`},{key:"queues",title:"Waiting to, from WeChat",number:!0,render:({queues:{server_up:e,server_down:t,worker:s}})=>`${e+s.audio_up+s.video_up}, ${t+s.down}`},{key:"drops",title:"Dropped",render:e=>pt(e.drops)}],cl=[{key:"at",title:"When",render:({at:e})=>r`<${T} at=${e} relative />`},{key:"worker",title:"Worker",number:!0,render:({worker:e})=>e},{key:"call",title:"Call",render:({call_id:e})=>e?r`<${Z} id=${e} />`:Ht},{key:"phase",title:"While",render:({phase:e})=>e},{key:"why",title:"Why",className:"wrap",render:({reason:e,detail:t})=>r`<span class="problem">${he(e)}</span> <span class="fine">${t}</span>`}]});function xo({media:e}){if(!e)return[];let{phases:t,statuses:s,end:n}=e;return[...t.map(({phase:o,at:i})=>({at:i,by:"The worker",word:o})),...s.map(({n:o,name:i,at:a})=>({at:a,by:"WeChat’s SDK",word:he(i),title:`status ${o}`})),...n?[{at:n.at,by:"The worker",word:he(n.reason),tone:n.failed?"bad":"good",said:Co(n)}]:[]]}function _o({media:e}){if(!e)return null;let{worker:t,account:s,pid:n,mode:o,statuses:i,formats:a,up:l,down:c,worker_dropped:d,key_frames_asked:p,sockets:h,phases:$,end:u}=e,m=[["Worker",r`<a href="#/workers">${t}</a> <span class="fine">process ${n??"–"}, account ${s}, ${o}</span>`],["Phase",u?r`<${b} tone=${u.failed?"bad":"good"}>${he(u.reason)}<//> ${H(u.code)}`:r`<${b} word=${$.at(-1)?.phase??""} />`],u&&Co(u)&&["Detail",r`<span class=${u.failed?"problem":""}>${u.detail}</span>`],["SDK said",i.map(({name:_})=>he(_)).join(" → ")||"nothing yet"],a.length>0&&["Formats",a.map(({dir:_,codec:M,rate:v})=>`${_} ${M}${v?` ${v} Hz`:""}`).join(", ")],["To WeChat",So(l)],["From WeChat",So(c)],["In the worker",`dropped: ${pt(d)}`],["Key frames",`asked for ${k(p,"time")}`],["Sockets",h===0?r`<span class="fine">the other party has opened none for media</span>`:w(h)],u&&$[0]&&["Lasted",g(Date.parse(u.at)-Date.parse($[0].at))]];return r`<section class="card" data-testid="call-media"><h2>Media worker</h2>
    <dl class="facts">${m.filter(Boolean).map(([_,M])=>r`<dt>${_}</dt><dd>${M}</dd>`)}</dl></section>`}var Co,So,To=y(()=>{D();x();Wt();Co=({reason:e,detail:t})=>t===he(e)?"":t;So=({audio:e,video:t,bytes:s,dropped:n})=>r`${w(e)} of sound, ${w(t)} of video, ${we(s)}; dropped: ${pt(n)}`});import{toMermaid as ul}from"/ui/ladder.js";function Oo(e,{ladder:t,deliveries:s,isUtc:n}){let o=l=>l?ce(l,{isUtc:n,precise:!0}):"–",i=[["Server",Ue.value?`hookswitch ${Ue.value.version}`:""],["Call",`\`${e.id}\``],["Caller",`${e.caller}, ${e.caller_door}, device “${e.caller_device}”`],["Callee",`${e.callee}, ${e.callee_door??"door not known"}, device “${e.callee_device??""}”${e.dialled?`, dialled as ${e.dialled}`:""}`],["Media",Ve(e.flags)],["Requested",o(e.requested_at)],["Rang",g(e.ring_ms)],["Setup",g(_e(e))],["Talked",g(e.talk_ms)],["Ended",e.ended_at?`${o(e.ended_at)} by ${Le(e,e.ended_by)}: ${H(e.error_code)} (${e.reason})`:"not yet"]].filter(([,l])=>l),a=[`## ${e.caller} → ${e.callee}, ${o(e.requested_at)}`,Te(e),Ft(["",""],i),"### Steps",Ft(["version","at","state","by","code"],e.timeline.map(l=>[l.version,o(l.at),l.state,l.actor,l.state==="ended"?`${H(l.error_code)} ${l.reason??""}`:""]))];return e.veto?.length&&a.push("### Veto",Ft(["hook","verdict","ms","policy","code","message"],e.veto.map(l=>[l.hook,l.verdict,l.ms,l.policy,l.error_code,l.message]))),s.length&&a.push("### Deliveries",Ft(["hook","event","state","tries","last answer"],s.map(l=>[l.hook,l.type,l.state,l.attempts,l.last_status??l.last_error]))),a.push("### Ladder",`\`\`\`mermaid
${ul(t.ladder).trim()}
\`\`\``),a.push(`<details><summary>Record</summary>

\`\`\`json
${JSON.stringify(e,null,2)}
\`\`\`
</details>`),`${a.join(`

`)}
`}var ks,Ft,Eo=y(()=>{D();Nt();ks=e=>`| ${e.map(t=>String(t??"").replaceAll("|","\\|").replaceAll(`
`," ")).join(" | ")} |`,Ft=(e,t)=>[ks(e),ks(e.map(()=>"---")),...t.map(ks)].join(`
`)});import{useState as pl}from"/vendor/hooks.js";function Ss(e,t){let s=t.filter(o=>o in e),n=Object.keys(e).filter(o=>!t.includes(o));return Object.fromEntries([...s,...n].map(o=>[o,e[o]]))}function ml(e,t){if(typeof e=="string")return e;let s=Ss({...e.data,call:Ss(e.data.call,Object.keys(t))},fl);return JSON.stringify(Ss({...e,data:s},hl))}function gl({call:e,hook:t,question:s}){let[n,o]=pl(null),i=async()=>{let{"webhook-id":a,"webhook-timestamp":l,"webhook-signature":c}=s.headers,d=ml(s.body,e);try{o(await f.post(`/webhooks/${encodeURIComponent(t)}/verify`,{id:a,timestamp:l,signature:c,body:d}))}catch(p){fe(p.message,"bad")}};return n?r`<div class=${`notice ${n.valid?"good":"bad"}`} role="status">
    ${n.valid?"The signature is valid.":"The signature does not fit."}
    ${n.problems.length>0&&r`<ul>${n.problems.map(a=>r`<li>${a}</li>`)}</ul>`}
  </div>`:r`<button type="button" class="small" onClick=${i} data-testid="check-signature">Check the signature</button>`}function Mo({title:e,item:t}){return r`<details><summary>${e}${t.status?r` <span class="fine">HTTP ${t.status}</span>`:""}</summary>
    ${t.headers&&r`<${ke} value=${t.headers} label=${`Headers of: ${e}`} />`}
    ${t.body&&r`<${ke} value=${t.body} label=${`Body of: ${e}`} />`}</details>`}function bl({call:e,veto:t,hook:s,items:n}){let o=n.find(({kind:l})=>l==="veto.question"),i=n.find(({kind:l})=>l==="veto.answer"),a=s?.timeout_ms;return r`<div class="stack verdict">
    <div class="row"><strong>${t.hook}</strong><${b} word=${t.verdict} tone=${t.verdict==="allow"?"good":"bad"} />
      <span class="push number">${g(t.ms)}${a?r`<span class="fine"> of ${g(a)}</span>`:""}</span></div>
    ${a&&r`<${Ee} value=${t.ms} limit=${a} label=${`Share of the hook's timeout: ${g(t.ms)} of ${g(a)}`} />`}
    ${t.error_code!==0&&r`<p>Refused with ${H(t.error_code)}</p>`}
    ${t.message&&r`<p>“${t.message}”</p>`}
    ${t.policy&&r`<p class="notice warn">${$l[t.policy]??t.policy}</p>`}
    ${o&&r`<${Mo} title="The question" item=${o} />`}
    ${i&&r`<${Mo} title="The answer" item=${i} />`}
    ${o?.headers&&o.body&&s&&A("admin")&&r`<div><${gl} call=${e} hook=${t.hook} question=${o} /></div>`}
  </div>`}function Ao({call:e,trace:t}){let{data:s}=S(()=>f.get("/webhooks",{limit:500}),[]),n=e.veto??[];if(n.length===0){let o=e.state==="requested"?"The hooks are being asked.":e.placed?"A call that the API places is put to no hook.":"No hook was asked before it rang.";return r`<section class="card"><h2>Veto</h2><p class="fine">${o}</p></section>`}return r`<section class="card" data-testid="veto"><h2>Veto</h2>
    ${n.map(o=>r`<${bl} key=${o.hook} call=${e} veto=${o} hook=${s?.items.find(({name:i})=>i===o.hook)} items=${t.filter(({hook:i})=>i===o.hook)} />`)}
  </section>`}var $l,hl,fl,No=y(()=>{E();D();F();x();$l={allow:"The hook gave no verdict; its policy, to allow, decided.",refuse:"The hook gave no verdict; its policy, to refuse, decided."},hl=["type","timestamp","data"],fl=["event","event_type","source_user","target_user","error_code","flags","param","user_str","seq","call"]});var Do={};ee(Do,{default:()=>Lo});import{useEffect as Io,useState as yl}from"/vendor/hooks.js";async function vl(e){let t=[[e.caller,e.callee],[e.callee,e.caller]],s=await Promise.all(t.map(([a,l])=>f.get("/calls",{caller:a,callee:l,to:e.requested_at,limit:2}))),n=await Promise.all(t.map(([a,l])=>f.get("/calls",{caller:a,callee:l,from:e.requested_at,limit:500}))),o=a=>a.flatMap(({items:l})=>l.map(({id:c})=>c)),i=n.some(({next_cursor:a})=>a);return{previous:o(s).filter(a=>a<e.id).sort().at(-1),next:i?void 0:o(n).filter(a=>a>e.id).sort()[0]}}function kl({call:e,ladder:t,deliveries:s,reload:n}){let o=R(se),{data:i}=S(()=>vl(e),[e.id,e.state]),a=(c,d)=>c?r`<a class="button small" href=${Y(c)}>${d}</a>`:r`<button type="button" class="small" disabled>${d}</button>`,l=async()=>{await Ge(e)&&n()};return r`<div class="screen-head">
      <h1><${z} name=${e.caller} /> <span class="fine">→</span> <${z} name=${e.callee} /></h1>
      <${Pe} call=${e} />
      ${e.state!=="ended"&&r`<strong><${be} since=${e.started_at??e.requested_at} /></strong>`}
      <span class="push"></span>
      ${a(i?.previous,"← Previous")}${a(i?.next,"Next →")}
      <${W} label="Copy id" text=${e.id} />
      <${W} label="Copy as bug report" text=${()=>Oo(e,{ladder:t,deliveries:s,isUtc:o})} testid="copy-report" />
      <${L} path=${`/calls/${e.id}`} />
      ${A("control")&&e.state!=="ended"&&r`<button type="button" class="small danger" onClick=${l} data-testid="finish-call">Finish</button>`}
    </div>
    <p class="said" data-testid="sentence">${Te(e)}</p>`}function Sl({call:e}){let t=(n,o)=>`${n??"not known"}${o==null?"":` · ${o||"unnamed device"}`}`,s=[["Caller",r`<${z} name=${e.caller} /> <span class="fine">${t(e.caller_door,e.caller_device)}</span>`],["Callee",r`<${z} name=${e.callee} /> <span class="fine">${t(e.callee_door,e.callee_device)}</span>`],e.dialled&&["Dialled",r`${e.dialled} <span class="fine">a hook routed it to ${e.callee}</span>`],["Requested",r`<${T} at=${e.requested_at} precise />`],["Rang",e.ringing_at?e.ring_ms===null?r`<${be} since=${e.ringing_at} />`:g(e.ring_ms):"never"],["Talked",e.started_at?e.talk_ms===null?r`<${be} since=${e.started_at} />`:g(e.talk_ms):"never"],e.started_at&&["Setup",r`${g(_e(e))} <span class="fine">from the request to the start</span>`],e.ended_at&&["Ended by",Le(e,e.ended_by)],e.ended_at&&["Code",r`<${gn} value=${e.error_code} /> <span class="fine">${e.reason}</span>`],["Media",`${Ve(e.flags)}${e.param?` · param ${e.param}`:""}`],e.room&&["Room",e.room],e.user_str&&["Text",r`<code>${e.user_str}</code>`],e.placed&&["Placed by","the API"],["Id",r`<code>${e.id}</code>`]];return r`<section class="card"><h2>Facts</h2><dl class="facts">${s.filter(Boolean).map(([n,o])=>r`<dt>${n}</dt><dd>${o}</dd>`)}</dl>
    <a href=${N("/calls",{caller:e.caller,callee:e.callee})}>All calls from ${e.caller} to ${e.callee}</a></section>`}function Cl({call:e}){let t=Date.parse(e.timeline[0]?.at??e.requested_at),s=a=>a.state==="ended"?`${H(a.error_code)}${a.reason?` (${a.reason})`:""}`:"",n=e.timeline.map(a=>({at:a.at,version:a.version,word:a.state,by:Le(e,a.actor),said:s(a)})),o=[...xo(e),...n].sort((a,l)=>Date.parse(a.at)-Date.parse(l.at));return r`<${P} caption="Every step of the call" testid="steps-table" columns=${[{key:"version",title:"Version",number:!0,render:({version:a})=>a??""},{key:"at",title:"At",render:({at:a})=>r`<${T} at=${a} precise />`},{key:"after",title:"After",number:!0,className:"nowrap",render:({at:a})=>g(Date.parse(a)-t)},{key:"state",title:"State",render:({word:a,tone:l,title:c})=>r`<${b} word=${a} tone=${l} title=${c} />`},{key:"actor",title:"By",className:"wrap",render:({by:a})=>a},{key:"code",title:"Code",render:({said:a})=>a??""}]} rows=${o} rowKey=${({version:a,at:l,by:c,word:d})=>`${a??c} ${l} ${d}`} />`}function xl({call:e,query:t,setQuery:s,reload:n}){let o=mo(e),i=uo(e),a=Ro.some(([l])=>l===t.tab)?t.tab:"ladder";return r`
    <${kl} call=${e} ladder=${o} deliveries=${i.data?.items??[]} reload=${n} />
    <section class="card"><${yo} call=${e} /></section>
    <div class="beside">
      <div class="stack">
        <section class="card">
          <${Me} tabs=${Ro} chosen=${a} choose=${l=>s({tab:l==="ladder"?"":l})} label="The call as" />
          ${a==="ladder"&&r`<${go} call=${e} ladder=${o} />`}
          ${a==="steps"&&r`<${Cl} call=${e} />`}
          ${a==="json"&&r`<div class="row"><span class="push"></span><${W} label="Copy JSON" text=${()=>JSON.stringify(e,null,2)} /></div><${ke} value=${e} label="The call as JSON" />`}
        </section>
        <${po} deliveries=${i} />
      </div>
      <div class="stack"><${Ao} call=${e} trace=${o.items} /><${_o} media=${e.media} /><${Sl} call=${e} /></div>
    </div>`}function Lo({params:e,query:t,setQuery:s}){let[n,o]=yl(!1),{data:i,error:a,reload:l}=S(()=>f.get(`/calls/${encodeURIComponent(e.id)}`),[e.id]);return V(({event:c,data:{data:d}})=>{(c==="gap"||d?.call?.id===e.id)&&l()}),K(wl,()=>i?.media&&!i.media.end&&l()),Io(()=>o(a?.status===404||a?.status===400),[a]),Io(()=>{i&&(document.title=`${i.caller} → ${i.callee}, ${ce(i.requested_at).slice(11)} · hookswitch console`)},[i?.id]),n?r`<div class="card"><${I} title="There is no such call">It may be older than what is kept, or its id was cut. <a href="#/calls">Look through the calls</a><//></div>`:r`<${C} error=${a} retry=${l} />${i&&r`<${xl} call=${i} query=${t} setQuery=${s} reload=${l} />`}`}var wl,Ro,Po=y(()=>{lt();E();D();F();x();J();ne();$o();bo();wo();To();Eo();No();wl=1e3,Ro=[["ladder","Ladder"],["steps","Steps"],["json","JSON"]]});import{useState as Cs}from"/vendor/hooks.js";function qt({user:e=""}){let[t,s]=Cs(!1);return r`<button type="button" class="small" onClick=${()=>s(!0)} data-testid="mint">Mint a token</button>
    ${t&&r`<${Tl} user=${e} close=${()=>s(!1)} />`}`}function Tl({user:e,close:t}){let[s,n]=Cs(null),o=async i=>{i.preventDefault();let a=new FormData(i.target);await ae(async()=>n(await f.post("/tokens",{user:a.get("user"),ttl_secs:Number(a.get("ttl_secs"))})))};return s?r`<${oe} title="The token, shown this once" onClose=${t} testid="minted">
      <p>Its bearer is that user until <${T} at=${s.expires_at} />. It is kept nowhere.</p>
      <pre class="wrap" tabindex="0" data-testid="token">${s.token}</pre>
      <div class="row"><${W} text=${s.token} label="Copy the token" /><button type="button" class="push" onClick=${t}>Done</button></div>
    <//>`:r`<${oe} title="Mint a token" onClose=${t}>
    <form class="stack" onSubmit=${o}>
      <${q} label="User" hint="Who the bearer will be. Nobody needs to be registered first.">
        <input name="user" required pattern="[A-Za-z0-9._@:+\\-]+" maxlength="128" defaultValue=${e} autocomplete="off" autocapitalize="none" spellcheck=${!1} data-testid="mint-user" /><//>
      <${q} label="Good for"><select name="ttl_secs" defaultValue="3600">${_l.map(([i,a])=>r`<option value=${i} selected=${i===3600}>${a}</option>`)}</select><//>
      <div class="row"><button type="button" class="push" onClick=${t}>Cancel</button><button class="primary" data-testid="mint-confirm">Mint</button></div>
    </form>
  <//>`}function Bt({user:e="",label:t="Add an account",onDone:s}){let[n,o]=Cs(!1),i=async a=>{a.preventDefault();let l=new FormData(a.target),c=l.get("user")??e;await ae(()=>f.put(`/users/${encodeURIComponent(c)}`,{password:l.get("password")}),`${c} may log in with that password.`)&&(o(!1),s?.())};return r`<button type="button" class="small" onClick=${()=>o(!0)} data-testid="account">${t}</button>
    ${n&&r`<${oe} title=${e?`A password for ${e}`:"An account with a password"} onClose=${()=>o(!1)}>
      <form class="stack" onSubmit=${i}>
        ${!e&&r`<${q} label="User"><input name="user" required pattern="[A-Za-z0-9._@:+\\-]+" maxlength="128" autocomplete="off" autocapitalize="none" data-testid="account-user" /><//>`}
        <${q} label="Password" hint="Kept as an argon2id hash. Sessions that are there stay.">
          <input name="password" type="password" required maxlength="1024" autocomplete="new-password" data-testid="account-password" /><//>
        <div class="row"><button type="button" class="push" onClick=${()=>o(!1)}>Cancel</button><button class="primary" data-testid="account-confirm">Set the password</button></div>
      </form>
    <//>`}`}var _l,xs=y(()=>{E();x();_l=[[300,"5 minutes"],[3600,"1 hour"],[86400,"1 day"],[2592e3,"30 days"],[31536e3,"1 year"]]});var Wo={};ee(Wo,{Status:()=>Kt,default:()=>Ho,statusOf:()=>jo});function jo({online:e,call:t}){return t?t.state:e?"idle":"offline"}function Kt({user:e}){let t=jo(e);return r`<${b} word=${t}>${t==="idle"&&r`<span class="dot good"></span>`}${t}<//>`}function Ho({query:e,setQuery:t}){let s={online:e.online,limit:100,cursor:e.cursor},{data:n,error:o,reload:i}=S(()=>f.get("/users",s),[e.online,e.cursor]),a=Q(i,Ol);V(a);let l=[{name:"online",label:"Online",options:["true","false"]}],c={key:"kick",title:r`<span class="unseen">Actions</span>`,render:({user:p,online:h})=>h&&r`<button type="button" class="small danger" data-testid="kick" onClick=${()=>It(p).then(i)}>Kick</button>`},d=n?.items??[];return r`
    <div class="screen-head"><h1>Users</h1>${n&&r`<span class="fine">${k(d.filter(({online:p})=>p).length,"user")} of this page online</span>`}
      <span class="push"></span>
      ${A("admin")&&r`<${qt} /><${Bt} onDone=${i} />`}
      <${L} path="/users" params=${{online:e.online}} />
    </div>
    <${$e} fields=${l} query=${e} setQuery=${t} />
    <${C} error=${o} retry=${i} />
    ${n&&r`<div class="card"><${P} caption="Users by name" testid="users-table" rowTestid="user-row" columns=${A("control")?[...Uo,c]:Uo} rows=${d}
      rowKey=${({user:p})=>p} open=${({user:p})=>X(Je(p).slice(1))} />
      ${d.length===0&&r`<${I} title=${e.online==="false"?"Nobody with an account is away":"Nobody is here"}>
        <p>Whoever has a token may log in under its name; nobody needs to be registered first. Open the <a href="/" target="_blank" rel="noopener">demo</a>, or mint a token:</p>
        <pre tabindex="0">hookswitch token alice</pre><//>`}</div>`}
    ${(n?.next_cursor||e.cursor)&&r`<${Oe} cursor=${e.cursor} next=${n?.next_cursor} setQuery=${t} first="First" before="Before" after="After" />`}`}var Ol,El,Uo,_s=y(()=>{lt();E();D();F();x();J();xs();Ol=400;El=({sessions:e})=>e.map(({since:t})=>t).sort()[0],Uo=[{key:"user",title:"User",render:({user:e})=>r`<${z} name=${e} />`},{key:"status",title:"Status",render:e=>r`<${Kt} user=${e} />`},{key:"call",title:"Call",render:({user:e,call:t})=>t&&r`<${Z} id=${t.id}>with ${t.caller===e?t.callee:t.caller}<//>`},{key:"devices",title:"Devices",render:({sessions:e})=>e.map(({session:t,device:s,connected:n})=>r`<${b} key=${t} word=${s||"unnamed"} tone=${n?"":"warn"} title=${n?"connected":"the line is lost, the grace period runs"} /> `)},{key:"door",title:"Doors",render:({sessions:e})=>[...new Set(e.map(({door:t})=>t))].join(", ")},{key:"address",title:"Addresses",render:({sessions:e})=>r`<span class="mono">${[...new Set(e.map(({address:t})=>t).filter(Boolean))].join(", ")}</span>`},{key:"since",title:"Since",render:e=>r`<${T} at=${El(e)} short />`}]});var Bo={};ee(Bo,{default:()=>qo});function Il({user:e,reload:t}){let{call:s}=e;if(!s)return null;let n=s.caller===e.user?s.callee:s.caller;return r`<section class="card"><div class="row"><h2>In a call</h2><${Pe} call=${s} /><span>with <${z} name=${n} /></span>
    <strong><${be} since=${s.started_at??s.requested_at} /></strong><a class="push" href=${Y(s.id)}>Open the call</a>
    ${A("control")&&r`<button type="button" class="small danger" data-testid="finish-call" onClick=${()=>Ge(s).then(t)}>Finish</button>`}</div></section>`}function qo({params:e}){let t=e.user,s=S(()=>f.get(`/users/${encodeURIComponent(t)}`),[t]),n=S(()=>f.get("/calls",{user:t,limit:20}),[t]),o=()=>Promise.all([s.reload(),n.reload()]),i=Q(o,Ml);V(({event:c,data:{data:d}})=>{(c==="gap"||d?.user===t||d?.call?.caller===t||d?.call?.callee===t)&&i()});let{data:a}=s,l=n.data?.items??[];return r`
    <div class="screen-head"><h1>${t}</h1>${a&&r`<${Kt} user=${a} />`}<span class="push"></span>
      ${A("admin")&&r`<${qt} user=${t} /><${Bt} user=${t} label="Set a password" onDone=${o} />
        <button type="button" class="small danger" onClick=${()=>vn(t).then(o)} data-testid="delete-account">Delete the account</button>`}
      ${A("control")&&a?.online&&r`<button type="button" class="small danger" data-testid="kick" onClick=${()=>It(t).then(o)}>Kick</button>`}
      <${L} path=${`/users/${encodeURIComponent(t)}`} />
    </div>
    <${C} error=${s.error??n.error} retry=${o} />
    ${a&&r`<${Il} user=${a} reload=${o} />
      <section class="card"><h2>Sessions</h2>${a.sessions.length>0?r`<${P} caption="Sessions" testid="sessions-table" columns=${a.sessions.some(({door:c})=>c==="verto")?[...Fo,...Al]:Fo} rows=${a.sessions} rowKey=${({session:c})=>c} />`:r`<p class="fine">No device is logged in. Calls to ${t} end with 100102 offline.</p>`}</section>`}
    ${n.data&&r`<section class="card"><div class="row"><h2>Calls</h2><a class="push" href=${N("/calls",{user:t})}>All calls of ${t}</a>
        <a href=${N("/trace",{user:t})}>Trace ${t}</a></div>
      ${l.length>0?r`<${P} caption=${`The last calls of ${t}`} columns=${Nl.map(c=>({...c,render:d=>c.render(d,t)}))} rows=${l} rowKey=${({id:c})=>c} open=${({id:c})=>X(Y(c).slice(1))} />`:r`<${I} title=${`${t} was in no call yet`}>Any name may log in with a token of its own; check the spelling if you expected calls.<//>`}
    </section>`}`}var Ml,Fo,Al,Nl,Ko=y(()=>{lt();E();D();F();x();J();_s();xs();Ml=250,Fo=[{key:"device",title:"Device",render:({device:e})=>e||r`<span class="fine">unnamed</span>`},{key:"line",title:"Line",render:({connected:e})=>r`<${b} word=${e?"connected":"lost"} tone=${e?"good":"warn"} title=${e?void 0:"The session waits for the client to come back."} />`},{key:"door",title:"Door",render:({door:e})=>e},{key:"address",title:"Address",render:({address:e})=>r`<span class="mono">${e}</span>`},{key:"since",title:"Since",render:({since:e})=>r`<${T} at=${e} />`},{key:"client",title:"Client",render:({client:e})=>r`<span class="fine clip" title=${e}>${e??""}</span>`},{key:"session",title:"Session",render:({session:e})=>r`<code title=${e}>…${e.slice(-12)}</code>`}],Al=[{key:"sessid",title:"Sessid",render:({sessid:e})=>r`<code>${e??""}</code>`},{key:"channels",title:"Channels",render:({channels:e})=>e?.map(t=>r`<${b} key=${t} word=${t} /> `)}],Nl=[{key:"requested",title:"Requested",render:e=>r`<${T} at=${e.requested_at} short />`},{key:"way",title:"Way",render:(e,t)=>e.caller===t?"to":"from"},{key:"other",title:"With",render:(e,t)=>r`<${z} name=${e.caller===t?e.callee:e.caller} />`},{key:"outcome",title:"State or end",render:e=>r`<${Pe} call=${e} />`},{key:"talked",title:"Talked",number:!0,render:e=>e.state==="talking"?r`<${be} since=${e.started_at} />`:g(e.talk_ms)},{key:"id",title:"Id",render:e=>r`<${Z} id=${e.id} />`}]});async function Vo(e){let t=`/webhooks/${encodeURIComponent(e)}/deliveries`,[s,n]=await Promise.all([f.get(t,{limit:Rl}),f.get(t,{state:"pending",limit:Dl})]),o=i=>s.items.filter(i).length;return{delivered:o(({state:i})=>i==="delivered"),dead:o(({state:i})=>i==="dead"),failing:o(({state:i,attempts:a})=>i==="pending"&&a>0),waiting:n.items.length,isMore:!!n.next_cursor,lastError:s.items.find(({state:i,last_error:a})=>i!=="delivered"&&a)?.last_error??null}}async function Jo(){let{items:e}=await f.get("/calls",{limit:Ll}),t=new Map;for(let{hook:s,ms:n}of e.flatMap(({veto:o})=>o??[]))t.has(s)||t.set(s,[]),t.get(s).push(n);return new Map([...t].map(([s,n])=>{let o=n.sort((a,l)=>a-l),i=a=>o[Math.min(o.length-1,Math.ceil(o.length*a)-1)];return[s,{verdicts:o.length,p50:i(.5),p95:i(.95)}]}))}function Vt({delivered:e,dead:t,failing:s}){let n=e+t+s;return n===0?null:e/n}var Rl,Ll,Dl,Ts=y(()=>{E();Rl=200,Ll=200,Dl=500});function zo({ok:e,status:t,latency_ms:s,error:n},o){if(e){let a=o.veto&&s>o.timeout_ms/2?`Verdicts are waited for ${o.timeout_ms} ms, and this took more than half of that. Make the receiver faster, or wait longer.`:"It is reached, and it answers. Check in the receiver that it verifies the signature.";return{title:`Answered ${t} in ${s} ms`,advice:a}}return t?{title:`Answered ${t} in ${s} ms`,advice:Pl[t]??Ul(t)}:{title:`No answer: ${n??"unknown cause"}`,advice:jl(n??"")}}function Ul(e){return e>=500?"The receiver failed while it handled the message. Its own log says why; the server would try again.":e>=300&&e<400?"Redirects are not followed. Register the address it redirects to.":"The receiver refuses the message. An event that is answered like this is given up at once, and can be replayed."}function jl(e){return/no answer within/.test(e)?"The receiver is too slow or hangs. It should answer first and work afterwards.":/address refused/.test(e)?"The server does not call this address. Private addresses need webhooks.allow_private = true.":/refused/i.test(e)?"Nothing listens at this address and port. Is the receiver running, and reachable from the server?":/certificate|tls|handshake/i.test(e)?"TLS failed. Is the certificate valid for this name, and from an authority that the server knows?":/dns|lookup|resolve|no address/i.test(e)?"The name has no address. Check the host in the URL, and the server’s DNS.":"The connection broke before an answer came. The receiver’s log may say why."}var Os,Ye,Pl,Es,Jt,Ze=y(()=>{Os=[{group:"call.*",doc:"every step of every call",events:[["call.requested","somebody calls"],["call.ringing","the callee’s devices ring"],["call.started","they talk"],["call.finished","it is over, with code and reason"]]},{group:"user.*",doc:"who comes and goes",events:[["user.online","a user’s first session"],["user.offline","a user’s last session is gone"]]},{group:"worker.*",doc:"media workers",events:[["worker.failed","a media worker died"]]}],Ye={allow:{tone:"warn",label:"allow on failure",consequence:"Calls go through unasked while the hook is down or slow. Nobody is cut off, and nobody is stopped either."},refuse:{tone:"bad",label:"refuse on failure",consequence:"Nobody can call anybody while the hook is down. Callers get 207 where it was too slow, 206 otherwise."}},Pl={400:"The receiver could not read the message. It must take a JSON body.",401:"The receiver does not take the signature. Does it have this hook’s secret, and does it check the body as it came, byte for byte? The verifier below says why a signature fails.",403:"The receiver does not take the signature, or something in front of it asks for a login. The verifier below says why a signature fails.",404:"There is no such path at the receiver. Check the URL.",405:"The receiver does not take POST at this path.",408:"The receiver gave up waiting. The server would try again.",410:"The answer 410 says “no more events”: after an event it would stop this hook. Answer 2xx instead.",413:"The receiver takes no message of this size. An event with a call has some two kilobytes.",415:"The receiver does not take application/json.",429:"The receiver asks for fewer messages. The server would try again, and honours Retry-After."};Es=`import { createServer } from 'node:http';

createServer(async (request, response) => {
  const { type, data } = JSON.parse(Buffer.concat(await request.toArray()));
  console.log(type, data.source_user ?? '', data.target_user ?? '');
  const isBlocked = type === 'call.request' && data.target_user === 'blocked';
  const verdict = isBlocked ? { error_code: 403, message: 'not today' } : { error_code: 0 };
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify(verdict));
}).listen(9000, '127.0.0.1');
`,Jt=[{language:"Python",path:"/docs/receivers/verify.py"},{language:"Node",path:"/docs/receivers/verify.mjs"},{language:"Go",path:"/docs/receivers/verify.go"},{language:"PHP",path:"/docs/receivers/verify.php"},{language:"Ruby",path:"/docs/receivers/verify.rb"}]});import{useState as Ms}from"/vendor/hooks.js";function Yo({hook:e,taken:t,onSaved:s,onClose:n}){let[o,i]=Ms(()=>Wl(e)),[a,l]=Ms(null),[c,d]=Ms(!1),p=u=>i(m=>({...m,...u})),h=!e&&t.includes(o.name),$=async u=>{if(u.preventDefault(),!h){d(!0);try{s(await f.put(`/webhooks/${encodeURIComponent(o.name)}`,As(o)))}catch(m){l(m),d(!1)}}};return r`
    <div class="screen-head"><h1>${e?`Edit ${e.name}`:"Add a webhook"}</h1></div>
    <form class="stack guided" onSubmit=${$} data-testid="webhook-form">
      <fieldset class="card">
        <legend class="unseen">Where it is</legend>
        <h2><span class="step">1</span> Where is it?</h2>
        <${q} label="Name" hint="letters, digits, dots, dashes, underscores; lists and records name it so">
          <input value=${o.name} onInput=${({target:u})=>p({name:u.value})} required pattern=${Hl.source} maxlength="64"
            readonly=${!!e} autofocus=${!e} autocomplete="off" spellcheck=${!1} data-testid="webhook-name" />
        <//>
        ${h&&r`<p class="problem" role="alert">There is a hook of this name. Open that one to change it.</p>`}
        <${q} label="URL" hint="the server POSTs signed JSON to it; redirects are not followed">
          <input type="url" value=${o.url} onInput=${({target:u})=>p({url:u.value})} required pattern="https?://.+" maxlength="2048"
            placeholder="https://business.example.org/hooks/calls" spellcheck=${!1} data-testid="webhook-url" />
        <//>
        <${q} label="Description" hint="in your own words; may be left out">
          <input value=${o.description} onInput=${({target:u})=>p({description:u.value})} maxlength="300" data-testid="webhook-description" />
        <//>
      </fieldset>
      <fieldset class="card">
        <legend class="unseen">What it does</legend>
        <h2><span class="step">2</span> What does it do?</h2>
        <label class="choice">
          <input type="checkbox" checked=${o.veto} onChange=${({target:u})=>p({veto:u.checked})} data-testid="webhook-veto" />
          <span><strong>It decides about calls (veto)</strong> <span class="fine">It is asked before anything rings, and may allow, refuse or route the call. The caller waits for it.</span></span>
        </label>
        <${Fl} chosen=${o.events} choose=${u=>p({events:u})} />
      </fieldset>
      ${o.veto&&r`<${ql} form=${o} put=${p} />`}
      <fieldset class="card">
        <legend class="unseen">Save</legend>
        <h2><span class="step">${o.veto?4:3}</span> ${e?"Save it":"Save it, and get the secret"}</h2>
        <p class="fine">${e?"The secret stays as it is. A hook that a 410 had stopped starts again.":"The server makes the signing secret and shows it once, on the next page. Then a test event can be sent."}</p>
        ${!o.veto&&o.events.length===0&&r`<p class="notice warn">With neither the veto nor an event, the hook does nothing.</p>`}
        <${C} error=${a} />
        <div class="row">
          <button type="button" class="push" onClick=${n}>Cancel</button>
          <button class="primary" disabled=${c||h} data-testid="save-webhook">${e?"Save":"Save the webhook"}</button>
        </div>
      </fieldset>
    </form>`}function Wl(e){if(!e)return{name:"",url:"",description:"",veto:!1,events:["call.*"],on_failure:"",timeout_ms:String(Go),enabled:!0};let{name:t,url:s,description:n,veto:o,events:i,on_failure:a,timeout_ms:l,enabled:c}=e;return{name:t,url:s,description:n,veto:o,events:i,on_failure:a,timeout_ms:String(l),enabled:c}}function As({url:e,description:t,veto:s,events:n,on_failure:o,timeout_ms:i,enabled:a}){return{url:e.trim(),description:t,veto:s,events:n,on_failure:o||"allow",timeout_ms:Number(i)||Go,enabled:a}}function Fl({chosen:e,choose:t}){let s=e.includes("*"),n=(a,l=[])=>({target:c})=>{let d=e.filter(p=>p!==a&&!l.includes(p));t(c.checked?[...d,a]:d)},o=Os.flatMap(({group:a,events:l})=>[a,...l.map(([c])=>c)]),i=(a,l,{isCovered:c=!1,covers:d}={})=>r`
    <label class="choice">
      <input type="checkbox" checked=${c||e.includes(a)} disabled=${c} onChange=${n(a,d)} data-testid=${`event-${a}`} />
      <span><code>${a}</code> <span class="fine">${l}</span></span>
    </label>`;return r`
    <h3>Which events it hears</h3>
    ${i("*","everything, also what later versions add",{covers:o})}
    <div class="event-groups">
      ${Os.map(({group:a,doc:l,events:c})=>r`
        <div class="stack" key=${a}>
          ${i(a,l,{isCovered:s,covers:c.map(([d])=>d)})}
          <div class="stack indent">${c.map(([d,p])=>i(d,p,{isCovered:s||e.includes(a)}))}</div>
        </div>`)}
    </div>`}function ql({form:e,put:t}){return r`
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
    </fieldset>`}var Hl,Go,Ns=y(()=>{E();x();Ze();Hl=/^[A-Za-z0-9][A-Za-z0-9._\-]{0,63}$/,Go=1e3});function $t({text:e,what:t,testid:s}){return r`
    <div class="notice warn stack">
      <p><strong>This ${t} is shown once.</strong> Put it where it is needed now; the server does not show it again.</p>
      <div class="row">
        <code class="secret" data-testid=${s} tabindex="0">${e}</code>
        <${W} text=${e} />
      </div>
    </div>`}var Is=y(()=>{x()});function zt({hook:e}){return e.enabled?e.stopped_at?r`<${b} tone="bad" title="It answered 410, so it hears no events until it is saved again">stopped by 410<//>`:r`<${b} tone="good">on<//>`:r`<${b} tone="warn">paused<//>`}function Gt({hook:e}){if(!e.veto)return r`<span class="fine">not asked</span>`;let{tone:t,label:s,consequence:n}=Ye[e.on_failure];return r`<${b} tone=${t} title=${n}>${s}<//>`}function Yt(){return r`
    <div class="stack">
      <div class="row"><h3>A receiver in ten lines</h3><span class="push"></span><${W} text=${Es} /></div>
      <p class="fine">Save it as <code>hook.mjs</code>, run <code>node hook.mjs</code>, and register <code>http://127.0.0.1:9000/</code>. It refuses calls to “blocked”.
        Whole ones, which verify signatures too: ${Bl.map(([e,t])=>r`<a key=${t} href=${t}>${e}</a> `)}</p>
      <pre tabindex="0" role="region" aria-label="a receiver in ten lines">${Es}</pre>
    </div>`}var Bl,Rs=y(()=>{x();Ze();Bl=[["Python","/docs/receivers/receiver.py"],["Node","/docs/receivers/receiver.mjs"],["Go","/docs/receivers/receiver.go"]]});import{useState as Ls}from"/vendor/hooks.js";function Zo({hook:e,path:t}){let[s,n]=Ls(null),[o,i]=Ls(null),[a,l]=Ls(!1),c=async()=>{l(!0),i(null);try{n(await f.post(`${t}/test`))}catch(p){i(p)}l(!1)},d=s&&zo(s,e);return r`
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
    </section>`}var Qo=y(()=>{E();x();Ze()});import{useState as Zt}from"/vendor/hooks.js";async function Kl(e){let t=await fetch(e);if(!t.ok)throw new Error(`The server has no ${e}.`);return t.text()}function Xo(){let[e,t]=Zt(Jt[0].language),{path:s}=Jt.find(a=>a.language===e),{data:n,error:o,reload:i}=S(()=>Kl(s),[s]);return r`
    <section class="card" data-testid="snippets">
      <div class="row"><h2>Verify its messages</h2><span class="push"></span>${n&&r`<${W} text=${n} />`}</div>
      <p class="fine">Anybody can POST to your receiver; only the server can sign. Check the signature over the body as it came, before reading it.</p>
      <${Me} tabs=${Jt.map(a=>[a.language,a.language])} chosen=${e} choose=${t} label="Language" />
      ${o&&r`<div class="notice row">
        <span>${o.message} The scheme is that of Standard Webhooks: any of its libraries verifies the messages too.</span>
        <button type="button" class="small push" onClick=${i}>Try again</button>
      </div>`}
      ${n&&r`<pre class="snippet" tabindex="0" role="region" aria-label=${`verification in ${e}`}>${n}</pre>
        <p class="fine">The same file: <a href=${s}>${s}</a></p>`}
    </section>`}function er({path:e}){let[t,s]=Zt({id:"",timestamp:"",signature:"",body:""}),[n,o]=Zt(null),[i,a]=Zt(null),l=d=>{s(p=>({...p,...d})),o(null)};return r`
    <section class="card" data-testid="verifier">
      <h2>Why does a signature fail?</h2>
      <p class="fine">Paste what your receiver got: three headers, and the body byte for byte. Nothing is kept.</p>
      <form class="stack" onSubmit=${async d=>{d.preventDefault(),a(null);try{o(await f.post(`${e}/verify`,t))}catch(p){a(p)}}}>
        ${Vl.map(({name:d,label:p,hint:h})=>r`
          <${q} key=${d} label=${p} hint=${h}>
            <input class="mono" value=${t[d]} onInput=${({target:$})=>l({[d]:$.value})} autocomplete="off" spellcheck=${!1} data-testid=${`verify-${d}`} />
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
    </section>`}var Vl,tr=y(()=>{E();F();x();Ze();Vl=[{name:"id",label:"webhook-id"},{name:"timestamp",label:"webhook-timestamp",hint:"seconds since 1970"},{name:"signature",label:"webhook-signature",hint:"v1,…"}]});import{useState as Jl}from"/vendor/hooks.js";function sr({hook:e,secret:t,forgetSecret:s,reload:n,show:o}){let[i,a]=Jl(null),{name:l}=e,c=`/webhooks/${encodeURIComponent(l)}`,d=e.source==="file",p=A("admin")&&!d,h=async()=>{let m=e.veto?"It is neither asked nor told until it is resumed: calls go through without its veto. Events of that time are lost to it.":"It hears nothing until it is resumed. Events of that time are lost to it.";if(e.enabled&&!await re({title:`Pause ${l}?`,body:m,action:"Pause"}))return;let _=e.enabled?`${l} is paused.`:`${l} is on again.`;await ae(()=>f.put(c,{...As(e),enabled:!e.enabled}),_)&&n()},$=async()=>{await re({title:`Rotate the secret of ${l}?`,body:"The server makes a new secret and shows it once. For 24 hours both sign, so that the receiver can be changed in peace; then only the new one does.",action:"Rotate"})&&await ae(async()=>a((await f.post(`${c}/rotate-secret`)).secret))},u=async()=>{let m=`The hook is neither asked nor told any more, and ${e.fares?.waiting?`the ${k(e.fares.waiting,"event")} that wait for it are`:"what waits for it is"} given up. Its secret is gone for good.`;await re({title:`Delete ${l}?`,body:m,action:"Delete"})&&await ae(()=>f.del(c),`${l} is deleted.`)&&(n(),o({}))};return r`
    <div class="screen-head">
      <a class="button quiet small" href=${N("/webhooks")}>← all hooks</a>
      <h1 data-testid="webhook-title">${l}</h1>
      <${zt} hook=${e} />
      <span class="push"></span>
      ${p&&r`
        <button type="button" onClick=${()=>o({hook:l,form:"edit"})} data-testid="edit-webhook">Edit</button>
        <button type="button" onClick=${h} data-testid="pause-webhook">${e.enabled?"Pause":"Resume"}</button>`}
      ${A("admin")&&r`<button type="button" onClick=${$} data-testid="rotate-secret">Rotate secret</button>`}
      ${p&&r`<button type="button" class="danger" onClick=${u} data-testid="delete-webhook">Delete</button>`}
    </div>
    ${d&&r`<p class="notice">This hook stands in the configuration file, so it is read-only here. Change the file and send SIGHUP: the server reads it anew without a restart. Its secret can be rotated here unless the file holds it.</p>`}
    ${e.stopped_at&&r`<p class="notice bad">It answered 410 <${T} at=${e.stopped_at} />, which says “no more events”: none has been sent since. Save it again to start anew.${e.veto?" Its veto is still asked.":""}</p>`}
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
        <${zl} hook=${e} path=${c} />
        <${Xo} />
      </div>
      ${A("admin")&&r`<div class="stack">
        <${Zo} hook=${e} path=${c} />
        <${er} path=${c} />
      </div>`}
    </div>
    <section class="card"><${Yt} /></section>`}function zl({hook:e,path:t}){let{name:s,url:n,veto:o,events:i,timeout_ms:a,on_failure:l,description:c,created_at:d,updated_at:p,fares:h,verdicts:$}=e,u=h&&Vt(h);return r`
    <section class="card" data-testid="webhook-facts">
      <div class="row"><h2>What it is</h2><span class="push"></span><${L} path=${t} /></div>
      ${c&&r`<p>${c}</p>`}
      <dl class="facts">
        <dt>URL</dt><dd class="mono">${n}</dd>
        <dt>hears</dt><dd class="row tight">${i.length>0?i.map(m=>r`<${b} key=${m}>${m}<//>`):"no events"}</dd>
        <dt>veto</dt><dd>${o?`asked before every call, waited for ${g(a)}`:"not asked about calls"}</dd>
        ${o&&r`<dt>without a verdict</dt><dd><${Gt} hook=${e} /> <span class="fine">${Ye[l].consequence}</span></dd>`}
        ${$&&r`<dt>verdicts</dt><dd class="number">${g($.p50)} median, ${g($.p95)} p95, of ${k($.verdicts,"verdict")}</dd>`}
        ${h&&r`<dt>deliveries</dt><dd class="number">
          ${u===null?"none yet":`${Math.floor(100*u)} % of the latest ${w(h.delivered+h.dead+h.failing)}`}, ${h.isMore?`more than ${h.waiting}`:w(h.waiting)} waiting
          ${" "}<a href=${N("/deliveries",{hook:s})}>see them</a>
          ${h.lastError&&r`<br /><span class="problem">last failure: ${h.lastError}</span>`}
        </dd>`}
        <dt>made</dt><dd><${T} at=${d} />, changed <${T} at=${p} relative /></dd>
      </dl>
    </section>`}var nr=y(()=>{E();D();x();J();Ts();Is();Ns();Rs();Qo();tr();Ze()});var rr={};ee(rr,{default:()=>or});import{useState as Gl}from"/vendor/hooks.js";async function Zl(){let e=await ue("/webhooks"),[t,...s]=await Promise.all([Jo(),...e.map(({name:n})=>Vo(n))]);return e.map((n,o)=>({...n,fares:s[o],verdicts:t.get(n.name)??null}))}function or({query:e,setQuery:t}){let{data:s,error:n,reload:o}=S(Zl,[]),[i,a]=Gl(null),l=Q(o,1500);V(l),K(Yl,o);let c=$=>{t({hook:"",form:"",...$},{replace:!1}),scrollTo(0,0)},d=s??[],p=d.find(({name:$})=>$===e.hook),h=$=>{a($.secret?$:null),o(),c({hook:$.name})};return e.form&&A("admin")&&s?r`<${Yo} key=${e.form} hook=${e.form==="edit"?p:null} taken=${d.map(({name:$})=>$)}
      onSaved=${h} onClose=${()=>c({hook:e.hook})} />`:e.hook&&(p||i?.name===e.hook)?r`<${sr} key=${e.hook} hook=${p??i} secret=${i?.name===e.hook?i.secret:null}
      forgetSecret=${()=>a(null)} reload=${o} show=${c} />`:r`
    <div class="screen-head">
      <h1>Webhooks</h1>
      <span class="push"></span>
      <${L} path="/webhooks" />
      ${A("admin")&&r`<button type="button" class="primary" onClick=${()=>c({form:"new"})} data-testid="add-webhook">Add a webhook</button>`}
    </div>
    <${C} error=${n} retry=${o} />
    ${e.hook&&s&&r`<p class="notice warn">There is no hook named ${e.hook} (any more).</p>`}
    ${s&&r`
      <section class="card">
        <${P} columns=${Ql} rows=${d} rowKey=${({name:$})=>$} open=${({name:$})=>c({hook:$})}
          caption="Webhooks" testid="webhooks-table" rowTestid="webhook-row" />
        ${d.length===0&&r`<${sc} add=${()=>c({form:"new"})} />`}
      </section>`}
    ${d.length>0&&r`<p class="fine">Success: of the latest 200 deliveries, those acknowledged. Verdict times: of the latest 200 calls.</p>`}`}function Xl(e){let{name:t,source:s,veto:n}=e;return r`<a class="user" title=${t} href=${N("/webhooks",{hook:t})}>${t}</a>
    ${s==="file"&&r` <${b} title="from the configuration file: read-only here">file<//>`}
    ${n&&r`<span class="row tight"><${b} tone="info">veto<//><${Gt} hook=${e} /></span>`}`}function ec(e){let t=Vt(e);if(t===null)return r`<span class="fine">–</span>`;let s=t>.99?"good":t>.9?"warn":"bad";return r`<${b} tone=${s} title=${e.lastError??""}>${Math.floor(100*t)} %<//>`}function tc(e,{waiting:t,isMore:s}){return t===0?r`<span class="fine">0</span>`:r`<a href=${N("/deliveries",{hook:e,state:"pending"})}>${s?`${t}+`:t}</a>`}function sc({add:e}){return r`
    <${I} title="No hook yet">
      <p>A hook is your business server’s ear and voice: it hears what becomes of every call, and may refuse a call before it rings.</p>
      ${A("admin")?r`<button type="button" class="primary" onClick=${e}>Add the first one</button>`:r`<p>Adding one needs a key of scope admin.</p>`}
    <//>
    <${Yt} />`}var Yl,Ql,ar=y(()=>{E();D();F();x();J();Ts();Ns();nr();Rs();Yl=1e4;Ql=[{key:"name",title:"Name",render:Xl},{key:"state",title:"State",render:e=>r`<${zt} hook=${e} />`},{key:"what",title:"Hears",render:({veto:e,events:t})=>r`<span class="row tight">
    ${t.map(s=>r`<${b} key=${s}>${s}<//>`)}
    ${!e&&t.length===0&&r`<${b} tone="warn" title="neither asked nor told: choose events or the veto">nothing<//>`}
  </span>`},{key:"url",title:"URL",className:"wrap",render:({url:e})=>r`<span class="mono">${e}</span>`},{key:"success",title:"Success",number:!0,render:({fares:e})=>ec(e)},{key:"verdict",title:"Verdict p50 / p95",number:!0,render:({verdicts:e})=>e?`${g(e.p50)} / ${g(e.p95)}`:"–"},{key:"backlog",title:"Backlog",number:!0,render:({name:e,fares:t})=>tc(e,t)}]});async function ir(e,t,s){let n=await Promise.all(e.map(l=>nc(l,t,s))),o=n.flatMap(({items:l})=>l).sort((l,c)=>c.id-l.id),i=o.slice(0,Ds),a=o.length>Ds||n.some(({next:l})=>l);return{items:i,next:a&&i.length>0?String(i.at(-1).id):null}}async function nc(e,t,s){let{items:n,next_cursor:o}=await f.get(Ne(e),{state:t,cursor:s,limit:Ds});return{items:n.map(i=>({...i,hook:e})),next:o}}async function lr(e,t,s){let n=[];for(let o of e){let i=n.length,a=await ue(Ne(o),{state:t},l=>s(i+l));n.push(...a.map(l=>({...l,hook:o})))}return n}var Ds,Ne,Se,Qt=y(()=>{E();Ds=50,Ne=e=>`/webhooks/${encodeURIComponent(e)}/deliveries`,Se=({hook:e,id:t})=>`${e}/${t}`});function cr({delivery:e}){let{state:t,attempts:s}=e,n=a=>a<s?t==="delivered"&&a===s-1?"good":"bad":t==="pending"&&a===s?"next":"ahead",o={good:"delivered",bad:"failed",next:"next",ahead:""},i=oc.map((a,l)=>({wait:a,is:n(l)}));return r`
    <ol class="rungs plain" aria-label="tries of this delivery">
      ${i.map(({wait:a,is:l},c)=>r`
        <li class=${l} aria-current=${l==="next"?"step":null}>
          <span class="fine">${c===0?a:`+ ${a}`}</span>
          <strong>${o[l]||(t==="pending"?"to come":"not needed")}</strong>
        </li>`)}
    </ol>`}var oc,dr=y(()=>{x();oc=["at once","5 s","30 s","2 min","10 min","30 min","2 h","6 h","12 h"]});function ur({delivery:e,replay:t}){let{id:s,hook:n,call:o,at:i,tried_at:a,attempts:l,last_status:c,last_error:d}=e,p=`${Ne(n)}/${s}/replay`;return r`
    <div class="stack detail" data-testid="delivery-detail">
      <p><strong>${rc(e)}</strong></p>
      <${cr} delivery=${e} />
      <dl class="facts">
        <dt>delivery</dt><dd class="number">${s} to ${n}</dd>
        <dt>call</dt><dd><${Z} id=${o}>${o}<//></dd>
        <dt>happened</dt><dd><${T} at=${i} precise /></dd>
        <dt>tried</dt><dd>${l===0?"not yet":r`${k(l,"time")}, the last <${T} at=${a} precise />`}</dd>
        <dt>the hook answered</dt><dd>${c?`HTTP ${c}`:l>0?"nothing":"–"}${d?`: ${d}`:""}</dd>
      </dl>
      ${A("admin")&&r`<div class="row">
        <button type="button" onClick=${()=>t.ask([e])} disabled=${t.isRunning} data-testid="replay-one">Replay</button>
        <${L} method="POST" path=${p} label="Copy replay as curl" />
      </div>`}
    </div>`}function rc({state:e,attempts:t,last_status:s,next_at:n}){if(e==="delivered")return`Delivered at try ${Math.max(1,t)}.`;if(e==="dead")return s>=400&&s<500?`Given up: the hook answered ${s}, which says that trying again is no use. It can be replayed.`:`Given up after ${k(t,"try","tries")}. It can be replayed.`;if(t===0)return"Waits for its first try, behind earlier events of its call.";let o=n?Date.parse(n)-Date.now():0;return`Tried ${k(t,"time")}; the next try ${o>0?`is in ${g(o)}`:"is due"}.`}var pr=y(()=>{E();D();x();Qt();dr()});import{useRef as ac,useState as ic}from"/vendor/hooks.js";function hr(e){let[t,s]=ic(null),n=ac(!1),o=async l=>{n.current=!1;let c={total:l.length,sent:0,failed:0,isRunning:!0,error:null};s({...c});for(let{hook:d,id:p}of l){if(n.current)break;try{await f.post(`${Ne(d)}/${p}/replay`),c.sent+=1}catch(h){c.failed+=1,c.error=h}s({...c})}s({...c,isRunning:!1,isStopped:n.current}),e()},i=async l=>await re({title:`Replay ${$r(l.length)}?`,body:"Each goes to its hook once more with all its tries. A hook that has seen it before knows it by its webhook-id.",action:"Replay",danger:!1})?(await o(l),!0):!1,a=async(l,c)=>{n.current=!1,s({isLooking:!0,isRunning:!0,found:0,words:c});try{let d=await l(p=>(s({isLooking:!0,isRunning:!0,found:p,words:c}),!n.current));s(null),!n.current&&d.length>0&&await i(d)}catch(d){s({total:0,sent:0,failed:0,error:d,isRunning:!1})}};return{progress:t,isRunning:t?.isRunning===!0,ask:i,askAll:a,stop:()=>{n.current=!0},clear:()=>s(null)}}function fr({replay:e}){let{progress:t,stop:s,clear:n}=e;if(!t)return null;let{total:o,sent:i,failed:a,isRunning:l,isStopped:c,isLooking:d,found:p,words:h,error:$}=t,u=d?`Looking for ${h}: ${p} so far`:l?`Replaying: ${i+a} of ${o}`:`${c?"Stopped":"Done"}: ${$r(i)} of ${o} will be sent again${a?`, ${a} failed`:""}`;return r`
    <section class="card" data-testid="replay-progress">
      <div class="row">
        <strong role="status">${u}</strong>
        ${l?r`<button type="button" class="small push" onClick=${s} data-testid="replay-stop">Stop</button>`:r`<button type="button" class="small push" onClick=${n}>Close</button>`}
      </div>
      ${!d&&r`<progress max=${o} value=${i+a} aria-label="replayed"></progress>`}
      <${C} error=${$} />
    </section>`}var $r,mr=y(()=>{E();D();x();Qt();$r=e=>k(e,"delivery","deliveries")});var br={};ee(br,{default:()=>gr});import{useState as lc}from"/vendor/hooks.js";async function uc({hook:e,state:t,cursor:s}){let n=(await ue("/webhooks")).map(({name:i})=>i),o=n.filter(i=>!e||i===e);return{names:n,wanted:o,...await ir(o,t,s)}}function gr({query:e,setQuery:t}){let s=S(()=>uc(e),[e.hook,e.state,e.cursor]),[n,o]=lc(new Map),i=hr(s.reload),a=Q(()=>!e.cursor&&s.reload(),700);V(a),K(dc,a);let{items:l=[],names:c=[],wanted:d=[],next:p=null}=s.data??{},h=e.open,$=(M,v)=>{let j=new Map(n);v?j.set(Se(M),M):j.delete(Se(M)),o(j)},u=async()=>{await i.ask([...n.values()])&&o(new Map)},m=A("admin")&&r`
    <div class="row" data-testid="replay-tools">
      <button type="button" disabled=${n.size===0||i.isRunning} onClick=${u} data-testid="replay-selected">
        Replay ${n.size===0?"selected":k(n.size,"selected","selected")}
      </button>
      <button type="button" disabled=${l.length===0||i.isRunning} data-testid="replay-matching"
        onClick=${()=>i.askAll(M=>lr(d,e.state,M),$c(e))}>Replay all that match</button>
    </div>`,_=[{name:"hook",label:"Hook",options:c},{name:"state",label:"State",options:cc}];return r`
    <div class="screen-head">
      <h1>Deliveries</h1>
      <span class="push"></span>
      ${e.hook&&r`<${L} path=${Ne(e.hook)} params=${{state:e.state}} />`}
    </div>
    <div class="stack">
      <p class="fine">Each event is kept on disk until its hook has acknowledged it, and sent in order for each call.</p>
      <${$e} fields=${_} query=${e} setQuery=${t}>${m}<//>
      <${fr} replay=${i} />
      <${C} error=${s.error} retry=${s.reload} />
      ${s.data&&r`
        <section class="card"><${P} columns=${hc(n,$)} rows=${l} rowKey=${Se} caption="Deliveries, the newest first" testid="deliveries-table" rowTestid="delivery-row"
          open=${M=>t({open:h===Se(M)?"":Se(M)})} rowClass=${M=>h===Se(M)?"opened":""}
          expanded=${M=>h===Se(M)&&r`<${ur} delivery=${M} replay=${i} />`} />
          ${l.length===0&&r`<${pc} hasHooks=${c.length>0} query=${e} />`}</section>`}
      ${l.length>0&&r`<${Oe} cursor=${e.cursor} next=${p} setQuery=${t} shown=${k(l.length,"delivery","deliveries")} />`}
    </div>`}function pc({hasHooks:e,query:{state:t,cursor:s}}){return e?r`<${I} title=${t||s?"No delivery matches":"No event yet"}>
    <p>${t?`No delivery is ${t}.`:r`Make a call, in the <a href="/">demo</a> for instance: each of its steps is an event.`}</p><//>`:r`<${I} title="No hook is registered yet"><p>Events are delivered to hooks. <a href=${N("/webhooks")}>Add the first one</a>, then make a call.</p><//>`}function $c({hook:e,state:t}){return`${t?`every ${t} delivery`:"every delivery"} of ${e?`the hook ${e}`:"all hooks"}`}function fc(e,t){return e?r`<${b} tone=${e<300?"good":"bad"}>${e}<//> <span class="fine">${t??""}</span>`:t?r`<span class="problem">${t}</span>`:r`<span class="fine">–</span>`}function mc({state:e,attempts:t,next_at:s}){if(e!=="pending"||!s)return r`<span class="fine">–</span>`;let n=Date.parse(s)-Date.now();return n<=0?r`<span title=${s}>due</span>`:r`<span title=${s}>in ${g(Math.max(1e3,n))}</span>${t===0&&r` <span class="fine">behind earlier ones</span>`}`}var cc,dc,hc,yr=y(()=>{E();D();F();x();J();pr();Qt();mr();cc=["pending","delivered","dead"],dc=5e3;hc=(e,t)=>[...A("admin")?[{key:"pick",title:"",render:s=>r`<input type="checkbox" aria-label=${`select delivery ${s.id}`} checked=${e.has(Se(s))}
      onChange=${({target:n})=>t(s,n.checked)} data-testid="pick-delivery" />`}]:[],{key:"at",title:"When",render:({at:s})=>r`<${T} at=${s} relative />`},{key:"hook",title:"Hook",render:({hook:s})=>r`<a href=${N("/webhooks",{hook:s})}>${s}</a>`},{key:"type",title:"Event",className:"nowrap",render:({type:s,seq:n})=>r`${s} <span class="fine">no. ${n}</span>`},{key:"state",title:"State",render:({state:s})=>r`<${b} word=${s} />`},{key:"last",title:"Last answer",render:({last_status:s,last_error:n})=>fc(s,n)},{key:"next",title:"Next try",render:mc},{key:"attempts",title:"Attempts",number:!0,render:({attempts:s})=>s},{key:"call",title:"Call",render:({call:s})=>r`<${Z} id=${s} />`}]});var vr={};ee(vr,{default:()=>wr});import{useState as gc}from"/vendor/hooks.js";function wr(){let{data:e,error:t,reload:s}=S(()=>f.get("/wechat/accounts"),[]);V(Q(s)),K(bc,s);let n=e?.items??[];return r`
    <div class="screen-head"><h1>WeChat accounts</h1><span class="push"></span>
      ${A("control")&&n.length>0&&r`<${Sc} accounts=${n} />`}
      <${L} path="/wechat/accounts" />
    </div>
    <div class="stack">
      <p class="fine">Mini programs whose users call devices, and are called by them. Each call has a <a href="#/workers">worker</a>.</p>
      <${C} error=${t} retry=${s} />
      ${e&&n.length===0&&r`<div class="card"><${I} title="No account is configured">
        <p>Add a mini program to the configuration as <code>[[wechat.account]]</code>: <a href="/docs/wechat">how to</a>.</p><//></div>`}
      ${n.map(o=>r`<${vc} key=${o.name} account=${o} />`)}
    </div>`}function vc({account:e}){let{name:t,appid:s,simulated:n,third_party:o,device_user:i,push_path:a,last_push:l,pushes:c,refused:d,token:p,errors:h}=e,$=a&&location.origin+a;return r`<section class="card" data-testid="wechat-account" data-id=${t}>
    <div class="row"><h2>${t}</h2>
      ${n&&r`<${b} tone="warn" title="WeChat and its users are played by this server">simulated<//>`}
      ${o&&r`<${b}>third-party platform<//>`}
    </div>
    <dl class="facts">
      <dt>Mini program</dt><dd>${s?r`<code>${s}</code>`:r`<span class="fine">none is needed</span>`}</dd>
      <dt>Push address</dt><dd>${$?r`<span class="row"><code data-testid="push-address">${$}</code><${W} text=${$} testid="copy-push" /></span>
          <span class="fine">For WeChat’s console, in security mode. WeChat must reach it: put the server’s public name in.</span>`:r`<span class="fine">none is needed</span>`}</dd>
      <dt>Last push</dt><dd data-testid="last-push">${l?r`<${T} at=${l.at} relative /> ${l.kind} <${b} tone=${yc[l.outcome]??"bad"}>${he(l.outcome)}<//> ${l.errcode!==0&&H(l.errcode)}`:r`<span class="fine">none since the start${$&&!n?": enter the push address in WeChat’s console":""}</span>`}</dd>
      <dt>Pushes</dt><dd class="number">${w(c)}${d>0&&r`, <span class="problem">${w(d)} refused</span>`}</dd>
      <dt>Access token</dt><dd data-testid="token-state">${p?r`<${b} tone=${wc[p.state]}>${p.state==="none"?"not asked for yet":p.state}<//>
          ${p.expires_at&&r` until <${T} at=${p.expires_at} short />`} ${p.error&&r`<span class="problem">${p.error}</span>`}`:r`<span class="fine">none is needed</span>`}</dd>
      <dt>Device’s user</dt><dd><code>${i}</code></dd>
    </dl>
    ${h.length>0&&r`<h3>${k(h.length,"error")} of WeChat’s API, since the start</h3>
      <${P} caption=${`Errors of ${t}`} testid="errors-table" rowTestid="error-row" columns=${kc} rows=${h} rowKey=${({errcode:u,meaning:m})=>`${u} ${m}`} />`}
  </section>`}function Sc({accounts:e}){let[t,s]=gc(!1),n=()=>s(!1),o=async a=>{a.preventDefault();let l=[...new FormData(a.target)].map(([c,d])=>[c,d.trim()]).filter(([,c])=>c);await ae(async()=>{let{id:c}=await f.post("/wechat/calls",Object.fromEntries(l));location.hash=Y(c)})&&n()},i={autocomplete:"off",autocapitalize:"none",spellcheck:!1,maxlength:128};return r`<button type="button" class="small primary" onClick=${()=>s(!0)} data-testid="wechat-call">Call a WeChat user</button>
    ${t&&r`<${oe} title="Call a WeChat user" onClose=${n} testid="wechat-call-dialog"><form class="stack" onSubmit=${o}>
      <${q} label="Account"><select name="account">${e.map(({name:a})=>r`<option>${a}</option>`)}</select><//>
      <${q} label="Device" hint="The user that the device is logged in as. It must be online."><input name="device" required ...${i} data-testid="wechat-device" /><//>
      <${q} label="openid" hint=${e.some(({simulated:a})=>a)&&"Of a simulated account, what the user does: answer, refuse, busy, silent, crash-talk."}><input name="openid" required ...${i} data-testid="wechat-openid" /><//>
      <${q} label="Call with"><select name="room_type"><option value="video">picture and sound</option><option value="voice">sound</option></select><//>
      <${q} label="Name that the phone shows"><input name="listener_name" ...${i} /><//>
      <div class="row"><button type="button" class="push" onClick=${n}>Cancel</button><button class="primary" data-testid="wechat-call-confirm">Call</button></div>
    </form><//>`}`}var bc,yc,wc,kc,kr=y(()=>{E();D();F();x();J();Wt();bc=5e3,yc={verified:"good",accepted:"good",matched:"good",pending:"warn",refused:"warn",repeated:"",ignored:""},wc={valid:"good",failed:"bad",none:""};kc=[{key:"errcode",title:"errcode",number:!0,render:({errcode:e})=>e??"–"},{key:"meaning",title:"Meaning",className:"wrap",render:({meaning:e})=>e},{key:"advice",title:"What to do",className:"wrap",render:({advice:e})=>e},{key:"count",title:"Times",number:!0,render:e=>w(e.count)},{key:"last",title:"Last",render:({last_at:e})=>r`<${T} at=${e} relative />`}]});function Sr(e){let t=new Map((e.tags??[]).map(({name:s,description:n})=>[s,{name:s,doc:n,operations:[]}]));for(let[s,n]of Object.entries(e.paths??{}))for(let o of Cc){if(!n[o])continue;let i=_c(e,s,o,n[o]);t.has(i.tag)||t.set(i.tag,{name:i.tag,doc:"",operations:[]}),t.get(i.tag).operations.push(i)}return[...t.values()].filter(s=>s.operations.length>0)}function _c(e,t,s,n){let o=n.requestBody?.content?.["application/json"],i=Object.entries(n.responses??{}).find(([l])=>l.startsWith("2"))?.[1]?.content??{},a=(n.security??[]).flatMap(l=>Object.values(l).flat());return{id:n.operationId??`${s} ${t}`,method:s.toUpperCase(),path:t,tag:n.tags?.[0]??"other",summary:n.summary??"",scope:a[0]??null,asksOnce:s==="delete"||s==="put"||xc.test(t),isStream:"text/event-stream"in i,parameters:(n.parameters??[]).filter(l=>l.in!=="header").map(l=>Tc(e,l)),body:o?Oc(e,o.schema):null,bodyRequired:n.requestBody?.required===!0}}function Tc(e,{in:t,name:s,schema:n,required:o,description:i}){return Cr(e,t,s,n,o,i)}function Oc(e,t){let{properties:s={},required:n=[]}=ht(e,t);return Object.entries(s).map(([i,a])=>Cr(e,"body",i,a,n.includes(i))).sort((i,a)=>a.required-i.required)}function ht(e,t={}){if(t.$ref){let n=t.$ref.split("/").slice(1).reduce((o,i)=>o?.[i],e);return{...ht(e,n),...t.description&&{description:t.description}}}if(t.allOf)return t.allOf.map(n=>ht(e,n)).reduce(Ec,{});let s=(t.oneOf??t.anyOf??[]).filter(n=>n.type!=="null");return s.length===1?{...ht(e,s[0]),...t.description&&{description:t.description}}:t}function Ec(e,t){let s=[...e.required??[],...t.required??[]];return{...e,...t,required:s,properties:{...e.properties,...t.properties}}}function Cr(e,t,s,n,o=!1,i){let a=ht(e,n),l=[a.type??"string"].flat().filter(c=>c!=="null");return{key:`${t}.${s}`,where:t,name:s,required:o===!0,kind:a.enum?"choice":l[0]??"string",options:a.enum??null,doc:i??a.description??"",example:a.example??a.default??"",isPassword:a.format==="password",isUuid:a.format==="uuid",min:a.minimum,max:a.maximum}}function xr(e,t,s){let n={},o=new URLSearchParams,i=e.path;for(let c of e.parameters){let d=(t[c.key]??"").trim();!d&&c.required&&(n[c.key]="needed"),c.where==="path"?i=i.replace(`{${c.name}}`,d?encodeURIComponent(d):`{${c.name}}`):d&&o.set(c.name,d)}let a=e.body?Mc(e,t,s,n):void 0,l=o.toString();return{method:e.method,path:l?`${i}?${l}`:i,body:a,problems:n}}function Mc(e,t,s,n){if(s!==null){if(!s.trim()&&!e.bodyRequired)return;try{return JSON.parse(s)}catch(i){n.body=`this is no JSON: ${i.message}`;return}}let o={};for(let i of e.body){let a=t[i.key]??"";if(!a&&i.required&&(n[i.key]="needed"),!!a)try{o[i.name]=Ac(i,a)}catch(l){n[i.key]=l.message}}return Object.keys(o).length>0||e.bodyRequired?o:void 0}function Ac({kind:e},t){if(e==="boolean")return t==="true";if(e==="array")return t.split(/[\s,]+/).filter(Boolean);if(e==="object")return JSON.parse(t);if(e!=="integer"&&e!=="number")return t;let s=Number(t);if(!Number.isFinite(s)||e==="integer"&&!Number.isInteger(s))throw new Error(`not ${e==="integer"?"a whole number":"a number"}`);return s}function Ps(e){return e===null?"None":typeof e=="boolean"?e?"True":"False":Array.isArray(e)?`[${e.map(Ps).join(", ")}]`:typeof e=="object"?`{${Object.entries(e).map(([t,s])=>`${JSON.stringify(t)}: ${Ps(s)}`).join(", ")}}`:JSON.stringify(e)}var Cc,xc,Us,js=y(()=>{E();Cc=["get","post","put","patch","delete"],xc=/\/(finish|kick|rotate-secret|restart)$/;Us={curl:({method:e,path:t,body:s})=>vt(e,t,{body:s}),JavaScript({method:e,path:t,body:s}){let n=s===void 0?"":", 'Content-Type': 'application/json'";return[`const response = await fetch(${JSON.stringify(tt(t).href)}, {`,`  method: '${e}',`,`  headers: { Authorization: \`Bearer \${process.env.HOOKSWITCH_API_KEY}\`${n} },`,...s===void 0?[]:[`  body: JSON.stringify(${JSON.stringify(s)}),`],"});","console.log(response.status, await response.text());"].join(`
`)},Python({method:e,path:t,body:s}){return["import json, os, urllib.request","","request = urllib.request.Request(",`    ${JSON.stringify(tt(t).href)},`,`    method="${e}",`,"    headers={",'        "Authorization": "Bearer " + os.environ["HOOKSWITCH_API_KEY"],',...s===void 0?[]:['        "Content-Type": "application/json",'],"    },",...s===void 0?[]:[`    data=json.dumps(${Ps(s)}).encode(),`],")","with urllib.request.urlopen(request) as response:","    print(response.status, response.read().decode())"].join(`
`)}}});function _r({field:e,value:t,set:s,problem:n}){let{name:o,where:i,required:a,doc:l,kind:c}=e;return r`
    <label>
      <span class="row tight"><code>${o}</code> <span class="fine">${i==="body"?"":`${i}, `}${Nc(e)}${a?", needed":""}</span></span>
      ${Ic(e,c,t,s)}
      ${n&&r`<span class="problem" role="alert">${n}</span>`}
      ${l&&r`<span class="fine"><${ze} text=${l} /></span>`}
    </label>`}function Nc({kind:e,isUuid:t,options:s,min:n,max:o}){let i=n!==void 0&&o!==void 0?` ${n} to ${o}`:n!==void 0?` from ${n}`:"",a={integer:`whole number${i}`,number:`number${i}`,boolean:"yes or no",array:"list, with commas between",object:"JSON"};return s?"one of a list":t?"UUID":a[e]??"text"}function Ic(e,t,s,n){let{key:o,options:i,example:a,isPassword:l,min:c,max:d,required:p}=e,h=({target:v})=>n(v.value),$={value:s,onInput:h,"data-testid":`field-${o}`,"aria-required":p?"true":void 0},u=i??(t==="boolean"?["true","false"]:null);if(u)return r`<select ...${$} onChange=${h}>
      <option value="">${p?"choose":"left out"}</option>
      ${u.map(v=>r`<option value=${v}>${v}</option>`)}
    </select>`;if(t==="object")return r`<textarea class="mono" ...${$} spellcheck=${!1}></textarea>`;let m=l?"password":t==="integer"||t==="number"?"number":"text",_=t==="number"?"any":void 0,M=a===""?"":`as ${Array.isArray(a)?a.join(", "):a}`;return r`<input type=${m} ...${$} min=${c} max=${d} step=${_} placeholder=${M} autocomplete=${l?"new-password":"off"} spellcheck=${!1} />`}var Tr=y(()=>{x()});import{useEffect as Rc,useRef as Lc,useState as Qe}from"/vendor/hooks.js";function Or({operation:e,given:t}){let s=[...e.parameters,...e.body??[]],[n,o]=Qe(()=>Object.fromEntries(s.map(({key:O})=>[O,t[O]??""]))),[i,a]=Qe(null),[l,c]=Qe(!1),{answer:d,isSending:p,send:h,stop:$}=Uc(),u=xr(e,n,i),m=!e.scope||A(e.scope),_=O=>le=>o(Ce=>({...Ce,[O]:le})),M=async O=>{if(O.preventDefault(),c(!0),!m||Object.keys(u.problems).length>0)return;let le={title:`${u.method} ${u.path}`,body:`${e.summary} This is done for real.`,action:"Send",danger:u.method==="DELETE"};e.asksOnce&&!await re(le)||h(u,e.isStream)},v=O=>l?u.problems[O]:null,j=O=>r`<${_r} key=${O.key} field=${O} value=${n[O.key]} set=${_(O.key)} problem=${v(O.key)} />`;return r`
    <div class="exchange">
      <form class="card" onSubmit=${M} novalidate data-testid="try-form">
        <h2 class="mono wrap">${e.method} ${e.path}</h2>
        <p><${ze} text=${e.summary} /></p>
        <p class="fine row tight">${e.scope?r`Needs scope <${b} tone=${m?"good":"bad"}>${e.scope}<//> ${m?`– your key has ${B.value?.scope}`:`– your key has only ${B.value?.scope}, so it cannot be sent`}`:"Open to all: needs no key."}</p>
        <div class="try-fields">${e.parameters.map(j)}</div>
        ${e.body&&r`<${Dc} fields=${e.body.map(j)} rawBody=${i} setRawBody=${a} body=${u.body} problem=${v("body")} />`}
        <div class="row">
          <button class="primary" disabled=${!m||p} data-testid="try-send">${p?"Sending…":"Send"}</button>
          ${p&&e.isStream&&r`<button type="button" onClick=${$} data-testid="try-stop">Stop</button>`}
        </div>
        <${Pc} request=${u} />
      </form>
      <${Wc} answer=${d} isSending=${p} />
    </div>`}function Dc({fields:e,rawBody:t,setRawBody:s,body:n,problem:o}){let i=t!==null;return r`
    <div class="row"><h3>Body</h3><button type="button" class="small push" onClick=${()=>s(i?null:JSON.stringify(n??{},null,2))} data-testid="try-raw">${i?"Back to the form":"Write JSON"}</button></div>
    ${i?r`<label><span class="unseen">Body as JSON</span>
          <textarea class="mono" rows="8" value=${t} onInput=${({target:l})=>s(l.value)} spellcheck=${!1} data-testid="try-body"></textarea>
          ${o&&r`<span class="problem" role="alert">${o}</span>`}
        </label>`:r`<div class="try-fields">${e}</div>`}`}function Pc({request:e}){let[t,s]=Qe("curl"),n=Us[t](e);return r`
    <div class="stack code-of-request">
      <div class="row">
        <${Me} tabs=${Object.keys(Us).map(o=>[o,o])} chosen=${t} choose=${s} label="The request as code" />
        <span class="push"></span><${W} text=${n} testid="copy-request" />
      </div>
      <pre class="snippet" tabindex="0" role="region" aria-label=${`the request as ${t}`} data-testid="request-code">${n}</pre>
    </div>`}function Uc(){let[e,t]=Qe(null),[s,n]=Qe(!1),o=Lc(null);return Rc(()=>()=>o.current?.abort(),[]),{answer:e,isSending:s,send:async({method:a,path:l,body:c},d)=>{n(!0),o.current=new AbortController;let{signal:p}=o.current;try{t(null),d?await Hc(a,l,p,t):t(await f.request(a,l,{body:c,signal:p}))}catch(h){p.aborted||t({error:h})}n(!1)},stop:()=>o.current?.abort()}}async function Hc(e,t,s,n){let o=performance.now(),i=await st(e,t,{signal:s,headers:{accept:"text/event-stream"}}),a={status:i.status,headers:Object.fromEntries(i.headers),ms:performance.now()-o},l="";n({...a,body:l});let c=i.body.pipeThrough(new TextDecoderStream).getReader();for(;;){let{done:d,value:p}=await c.read();if(d)return;l=(l+p).slice(-jc),n({...a,body:l})}}function Wc({answer:e,isSending:t}){if(!e)return r`<section class="card" data-testid="try-answer"><h2>Answer</h2>
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
    </section>`}var jc,Er=y(()=>{E();D();x();Tr();js();jc=2e4});var Ar={};ee(Ar,{default:()=>Mr});import{useMemo as Fc,useState as qc}from"/vendor/hooks.js";function Mr({query:e,setQuery:t}){let{data:s,error:n,reload:o}=S(()=>f.get("/api/openapi.json"),[]),i=Fc(()=>s?Sr(s):[],[s]),[a,l]=qc(""),c=i.flatMap(({operations:$})=>$),d=c.find(({id:$})=>$===e.op)??c.find(({id:$})=>$==="stats")??c[0],p=({id:$,path:u,method:m,summary:_})=>`${$} ${m} ${u} ${_}`.toLowerCase().includes(a.toLowerCase()),h=i.map($=>({...$,operations:$.operations.filter(p)})).filter(({operations:$})=>$.length>0);return r`
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
          <input type="search" value=${a} onInput=${({target:$})=>l($.value)} placeholder="Find a call" aria-label="Find a call of the API" data-testid="find-operation" />
          ${h.length===0&&r`<${I} title="No such call"><button type="button" onClick=${()=>l("")}>Show all</button><//>`}
          ${h.map(({name:$,doc:u,operations:m})=>r`
            <section key=${$}>
              <h2 title=${u}>${$}</h2>
              <ul class="plain">
                ${m.map(_=>r`<li key=${_.id}>
                  <button type="button" class="quiet" aria-current=${_===d?"true":null} title=${_.summary} data-testid=${`op-${_.id}`}
                    onClick=${()=>t({op:_.id},{replace:!1})}>
                    <${b} tone=${Bc[_.method]}>${_.method}<//><span class="mono">${Kc(_.path.replace("/api/v1",""))}</span>
                    ${_.scope&&!A(_.scope)&&r`<span class="fine push" title=${`needs a key of scope ${_.scope}`}>${_.scope}</span>`}
                  </button>
                </li>`)}
              </ul>
            </section>`)}
        </nav>
        <${Or} key=${d.id} operation=${d} given=${e} />
      </div>`}`}function Kc(e){return e.split("/").filter(Boolean).map(t=>[r`<wbr />`,`/${t}`])}var Bc,Nr=y(()=>{E();F();x();js();Er();Bc={GET:"info",POST:"good",PUT:"warn",DELETE:"bad"}});import{describeFrame as Vc}from"/ui/ladder-data.js";function Ir({from:e,to:t,user:s,device:n,hook:o}){let i=a=>a==="client"?n?`${s??"client"}/${n}`:s??"client":a==="hook"?o??"hook":a;return`${i(e)} → ${i(t)}`}function Rr(e){let{kind:t,body:s,status:n,ms:o,bytes:i}=e,a=o==null?"":` in ${o<10?Number(o).toFixed(1):Math.round(o)} ms`;if(t==="frame"&&s?.jsonrpc){let{label:l,note:c}=Vc(s);return[l,c].filter(Boolean).join(" · ")}return t==="frame"?[s?.type,s?.event,Jc(s),s?.reason].filter(Boolean).join(" · ")||`${i} bytes`:t==="veto.question"?`may ${s?.data?.source_user??"?"} call ${s?.data?.target_user??"?"}?`:t==="veto.answer"?`${zc(e)}${a}`:t==="delivery"?`${s?.type??"event"} ${n?`answered ${n}`:"got no answer"}${a}`:t==="commit"?`on disk${a}`:t.replace("."," ")}function Jc(e){return e?.error_code?`code ${e.error_code}`:""}function zc({status:e,body:t}){return e?e<200||e>299?`answered ${e}: no verdict`:t?.error_code?`refused with ${t.error_code}`:"allowed":"no answer"}function Lr(e,t,s){return t&&e.kind!==t?!1:!s||JSON.stringify(e).toLowerCase().includes(s.toLowerCase())}function Dr(e,t){let s=new Array(Hs).fill(0);for(let{at:n}of e){let o=Math.floor(t/1e3)-Math.floor(Date.parse(n)/1e3);o>=0&&o<Hs&&(s[Hs-1-o]+=1)}return s}var ft,Hs,Xt,Pr=y(()=>{ft=2e3,Hs=60,Xt={frame:{label:"frame",tone:"info"},"veto.question":{label:"veto question",tone:"warn"},"veto.answer":{label:"veto answer",tone:"warn"},delivery:{label:"delivery",tone:""},commit:{label:"commit",tone:""},"socket.opened":{label:"socket opened",tone:"good"},"socket.closed":{label:"socket closed",tone:"bad"}}});var jr={};ee(jr,{default:()=>Ur});import{useEffect as Fs,useMemo as Gc,useRef as Yc,useState as He}from"/vendor/hooks.js";async function td(e,t){let s=[],n;do{let o=await f.get("/trace",{...e,cursor:n,limit:500});s.push(...o.items),n=o.next_cursor}while(n&&t());return s}function sd(e,t){let[s,n]=He([]),[o,i]=He(null),[a,l]=He(null),c=Yc([]),d=()=>{let u=c.current;u.length!==0&&(c.current=[],n(m=>u.toReversed().concat(m).slice(0,ft)))};Fs(()=>{let u=!0;if(n([]),i(null),c.current=[],e!==null)return td(JSON.parse(e),()=>u).then(m=>{u&&(c.current=m.slice(-ft),d(),l({key:e,after:m.at(-1)?.n??0}))},m=>u&&i(m)),()=>{u=!1}},[e]);let p=a!==null&&a.key===e,h=St(p?{...JSON.parse(e),after:a.after}:null,u=>{c.current=[...c.current,u].slice(-ft)}),[,$]=He(0);return Fs(()=>{let u=setInterval(()=>t?$(c.current.length):d(),Qc);return()=>clearInterval(u)},[t]),{rows:s,problem:o,state:h,isLoaded:p,waits:t?c.current.length:0,clear:()=>n([])}}function Ur({query:e,setQuery:t}){let{user:s,call:n,kind:o="",text:i=""}=e,[a,l]=He(!1),c=R(ge),[d,p]=He(null),h=s&&!ed.test(s)?"No user has such a name.":n&&!Xc.test(n)?"A call’s id is a UUID; this is none yet.":"",{rows:$,problem:u,state:m,isLoaded:_,waits:M,clear:v}=sd(h?null:JSON.stringify({user:s,call:n}),a),j=Gc(()=>$.filter(de=>Lr(de,o,i)),[$,o,i]),O=!_&&!h&&!u,le=$.at(-1),Ce=()=>At("hookswitch-trace.jsonl","application/x-ndjson",j.toReversed().map(de=>`${JSON.stringify(de)}
`).join("")),os=[{name:"user",label:"User",placeholder:"alice"},{name:"call",label:"Call",placeholder:"id"},{name:"kind",label:"Kind",options:Object.keys(Xt)},{name:"text",label:"Text",placeholder:"anything in a row"}];return r`
    <div class="screen-head">
      <h1>Trace</h1>
      <${nd} word=${a?"held":c?"paused":_?m:O?"loading":"stopped"} />
      <span class="push"></span>
      <${od} rows=${$} />
      <button type="button" onClick=${()=>l(!a)} aria-pressed=${String(a)} data-testid="trace-hold">${a?`Go on${M?` (${k(M,"row waits","rows wait")})`:""}`:"Hold"}</button>
      <button type="button" onClick=${v} disabled=${$.length===0}>Clear</button>
      <button type="button" onClick=${Ce} disabled=${j.length===0} data-testid="trace-download">Download JSONL</button>
      <${L} path="/trace" params=${{user:s,call:n}} />
    </div>
    <p class="fine">The server remembers its latest messages in memory only, so a restart forgets them; bodies are shown without what is private.
      ${le?r` Here: ${k($.length,"row")}, back to <${T} at=${le.at} precise /> (${xt(le.at)}); the latest ${w(ft)} are kept.`:""}</p>
    <${$e} fields=${os} query=${e} setQuery=${t} />
    ${h&&r`<p class="notice warn">${h}</p>`}
    <${C} error=${u} />
    ${O&&r`<p class="fine">Loading…</p>`}
    ${_&&j.length===0&&r`<${I} title=${$.length>0?"No row matches":"Nothing was said yet"}>
      <p>${$.length>0?"Take a filter away to see more.":r`Make a call, in the <a href="/">demo</a> for instance, and watch its messages come.`}</p>
    <//>`}
    ${j.length>0&&r`
      <section class="card">
        <${P} columns=${ad} rows=${j.slice(0,Ws)} rowKey=${es} caption="Messages, the newest first" testid="trace-table" rowTestid="trace-row"
          open=${de=>p(d===es(de)?null:es(de))}
          expanded=${de=>d===es(de)&&r`<div class="detail"><${ke} value=${de} label=${`row ${de.n}`} /></div>`} />
      </section>
      ${j.length>Ws&&r`<p class="fine">The newest ${w(Ws)} of ${w(j.length)} are shown. A filter narrows them down; the download has them all.</p>`}`}`}function nd({word:e}){let t={live:"good",loading:"",connecting:""}[e]??"warn";return r`<span class=${`chip ${t}`} data-testid="trace-state"><span class=${`dot ${t}`}></span>${e}</span>`}function od({rows:e}){let[t,s]=He(Date.now());Fs(()=>{let i=setInterval(()=>s(Date.now()),Zc);return()=>clearInterval(i)},[]);let n=Dr(e,t),o=n.at(-2);return r`<span class="row tight fine" data-testid="trace-rate"><${Mt} values=${n} label=${`messages per second over the last minute, ${o} now`} /> <span class="number">${o}/s</span></span>`}function rd({at:e}){let t=R(se),s=ce(e,{isUtc:t,precise:!0});return r`<time datetime=${e} title=${s}>${s.slice(11)}</time>`}var Ws,Zc,Qc,Xc,ed,es,ad,Hr=y(()=>{E();D();F();x();ne();Pr();Ws=300,Zc=1e3,Qc=200,Xc=/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i,ed=/^[A-Za-z0-9._@:+-]{1,128}$/;es=({n:e,at:t})=>`${t} ${e}`;ad=[{key:"at",title:"At",className:"number left",render:({at:e})=>r`<${rd} at=${e} />`},{key:"kind",title:"Kind",render:({kind:e})=>r`<${b} tone=${Xt[e]?.tone??""}>${Xt[e]?.label??e}<//>`},{key:"gist",title:"What",className:"wrap",render:e=>r`<strong>${Rr(e)}</strong>`},{key:"way",title:"From → to",className:"way",render:e=>Ir(e)},{key:"user",title:"User",render:({user:e})=>e?r`<${z} name=${e} />`:""},{key:"call",title:"Call",render:({call:e})=>e?r`<${Z} id=${e} />`:""},{key:"bytes",title:"Size",number:!0,render:({bytes:e})=>e?we(e):""}]});function Wr(e){let t=new Map;for(let s of e){let{section:n,name:o,value:i,secret:a}=s;t.has(n)||t.set(n,[]),ss(i)?t.get(n).push(`#${o} is not set`):a?t.get(n).push(`#${o} is secret: not shown`):t.get(n).push(`${o} = ${mt(i)}`)}return[...t].map(([s,n])=>`[${s}]
${n.join(`
`)}
`).join(`
`)}function Fr(e){return`${e.map(({env:s,value:n,secret:o})=>{if(ss(n))return`#${s} is not set`;if(o)return`#${s} is secret: not shown`;let a=Array.isArray(n)&&n.every(l=>typeof l=="string"&&!/[,\s"]/.test(l))?n.join(","):typeof n=="string"?n:mt(n);return`${s}=${/^[\w@%+=:,./*-]*$/.test(a)?a:`'${a.replaceAll("'","'\\''")}'`}`}).join(`
`)}
`}function ts(e){return ss(e)?"not set":typeof e=="string"?e||'""':mt(e)}function ss(e){return e==null}function mt(e){return Array.isArray(e)?`[${e.map(mt).join(", ")}]`:e!==null&&typeof e=="object"?`{ ${Object.entries(e).filter(([,t])=>!ss(t)).map(([t,s])=>`${t} = ${mt(s)}`).join(", ")} }`:JSON.stringify(e)}var qr=y(()=>{});var Kr={};ee(Kr,{default:()=>Br});function Br({query:e,setQuery:t}){let{data:s,error:n,isLoading:o,reload:i}=S(()=>f.get("/config"),[]),a=s?.items??[],l=a.filter(d=>ld(d,e)),c=id(l);return r`
    <div class="screen-head">
      <h1>Configuration</h1>
      <span class="push"></span>
      <${W} label="Copy as TOML" text=${()=>Wr(l)} testid="copy-toml" />
      <${W} label="Copy as environment" text=${()=>Fr(l)} testid="copy-env" />
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
      ${s&&l.length===0&&r`<${I} title=${e.changed?"Nothing differs from its default":"No setting matches"}>
        ${e.changed&&!e.text?r`<p>Give the server a file with <code>--config</code>, or variables as <code>HOOKSWITCH__CALL__RING_TIMEOUT_SECS=30</code>.</p>`:r`<button type="button" onClick=${()=>t({text:"",changed:""})}>Show all settings</button>`}
      <//>`}
      ${o&&!s&&r`<p class="fine">Loading…</p>`}
      <div class="stack" data-testid="config-list">
        ${[...c].map(([d,p])=>r`<${cd} key=${d} name=${d} settings=${p} />`)}
      </div>
    </div>`}function id(e){let t=new Map;for(let s of e)t.set(s.section,[...t.get(s.section)??[],s]);return t}function ld({key:e,doc:t,env:s,value:n,is_default:o},{text:i="",changed:a}){return a==="yes"&&o?!1:`${e} ${t} ${s} ${ts(n)}`.toLowerCase().includes(i.toLowerCase())}function cd({name:e,settings:t}){return r`
    <section class="card">
      <h2 class="mono">[${e}]</h2>
      <ul class="plain settings">${t.map(s=>r`<${dd} key=${s.key} setting=${s} />`)}</ul>
    </section>`}function dd({setting:e}){let{name:t,value:s,default:n,origin:o,is_default:i,doc:a,env:l,reloadable:c,secret:d}=e;return r`
    <li data-testid=${`setting-${e.key}`}>
      <div>
        <div class="row"><strong class="mono">${t}</strong> <code class=${`value ${s===null?"fine":""}`}>${ts(s)}</code></div>
        <div class="row">
          <${b} tone=${i?"":"warn"} title="where the value came from">${o}<//>
          ${d&&r`<${b} tone="info">secret<//>`}
          ${c&&r`<${b} tone="good" title="SIGHUP reads it anew, without a restart">reloadable<//>`}
        </div>
      </div>
      <div>
        <p><${ze} text=${a} /></p>
        <p class="fine">${!i&&r`Default: <code>${ts(n)}</code>. `}<code class="wrap">${l}</code></p>
      </div>
    </li>`}var Vr=y(()=>{E();D();F();x();qr()});function Gr({query:e,setQuery:t}){let s={cursor:e.cursor,...Object.fromEntries(Jr.map(l=>[l,e[l]]))},{data:n,error:o,reload:i}=S(()=>f.get("/audit",s),[JSON.stringify(s)]),a=Jr.some(l=>e[l]);return r`
    <div class="stack">
      <div class="row">
        <p class="fine">What was changed and what was denied, the newest first. Denied attempts that come in a crowd share a row.</p>
        <span class="push"></span>
        <button type="button" class="small" onClick=${i}>Look again</button>
        <${L} path="/audit" params=${s} />
      </div>
      <${$e} fields=${ud} query=${e} setQuery=${t} />
      <${C} error=${o} retry=${i} />
      ${n?.items.length===0&&r`<${I} title=${a?"No row matches":"Nothing was changed yet"}>
        <p>${a?"Take a filter away to see more.":"Whatever a key changes leaves a row here: a hook, a token, a call that was ended."}</p>
      <//>`}
      ${n?.items.length>0&&r`
        <section class="card"><${P} columns=${pd} rows=${n.items} rowKey=${({id:l})=>String(l)} caption="Audit" testid="audit-table" rowTestid="audit-row" /></section>
        <${Oe} cursor=${e.cursor} next=${n.next_cursor} setQuery=${t} />`}
    </div>`}function $d(e){if(!e)return"–";let[t,s]=e.split("/"),n={calls:Y,users:Je}[t];return n&&s?r`<a class="mono" href=${n(s)}>${e}</a>`:r`<span class="mono">${e}</span>`}function hd({status:e,error_code:t,times:s}){let n=e==null?"":e<400?"good":e===401||e===403?"bad":"warn",o={401:"denied",403:"denied"}[e]??(e>=400?"failed":"done");return r`<${b} tone=${n}>${o} ${e??""}<//> ${t?H(t):""} ${s>1&&r`<span class="fine">${w(s)} times</span>`}`}var Jr,zr,ud,pd,Yr=y(()=>{E();D();F();J();x();Jr=["key","action","target","from","to"],zr={type:"datetime-local",show:e=>{let t=new Date(e);return Number.isNaN(t.getTime())?"":new Date(t.getTime()-t.getTimezoneOffset()*6e4).toISOString().slice(0,19)},read:e=>new Date(e).toISOString()},ud=[{name:"key",label:"Key",placeholder:"id, dev or cli"},{name:"action",label:"Action",placeholder:"webhooks_put"},{name:"target",label:"Target",placeholder:"users/alice"},{name:"from",label:"From",...zr},{name:"to",label:"To",...zr}];pd=[{key:"at",title:"When",render:({at:e})=>r`<${T} at=${e} />`},{key:"who",title:"Key",render:({key:e,key_name:t,scope:s})=>r`${t||e||r`<span class="fine">no known key</span>`} ${s&&r`<span class="fine">${s}</span>`}`},{key:"action",title:"Action",render:({action:e})=>r`<span class="mono">${e}</span>`},{key:"target",title:"Target",className:"wrap",render:({target:e})=>$d(e)},{key:"status",title:"Outcome",render:hd},{key:"address",title:"From",render:({address:e})=>r`<span class="mono">${e??"command line"}</span>`},{key:"request",title:"Request",className:"nowrap",render:({request_id:e})=>e?r`<span class="mono fine" title=${e}>…${e.slice(-12)}</span>`:"–"}]});import{useState as gt}from"/vendor/hooks.js";function Qr(){let{data:e,error:t,reload:s}=S(()=>ue("/keys"),[]),[n,o]=gt(!1);K(fd,s);let i=async a=>{let l=a.id===B.value?.id,c=`Whoever uses “${a.name}” is refused from now on.${l?" You are signed in with it yourself.":""} This cannot be undone.`;await re({title:`Revoke the key ${a.name||a.id}?`,body:c,action:"Revoke"})&&await ae(()=>f.del(`/keys/${encodeURIComponent(a.id)}`),`The key ${a.name||a.id} is revoked.`)&&s()};return r`
    <div class="stack">
      <div class="row">
        <p class="fine">Each scope includes the ones before it. The server keeps a key’s hash, never the key.</p>
        <span class="push"></span>
        <${L} path="/keys" />
        <button type="button" class="primary" onClick=${()=>o(!0)} data-testid="new-key">New key</button>
      </div>
      <${C} error=${t} retry=${s} />
      ${e?.length===0&&r`<${I} title="No keys but the one of development mode">
        <p>Make one for each program and person, so that each can be revoked alone.</p>
        <button type="button" onClick=${()=>o(!0)}>New key</button>
      <//>`}
      ${e?.length>0&&r`<section class="card"><${P} columns=${gd(i)} rows=${e} rowKey=${({id:a})=>a} caption="API keys" testid="keys-table" rowTestid="key-row" /></section>`}
      ${n&&r`<${bd} onClose=${()=>o(!1)} onMade=${s} />`}
    </div>`}function bd({onClose:e,onMade:t}){let[s,n]=gt(""),[o,i]=gt("read"),[a,l]=gt(null),[c,d]=gt(null),p=async h=>{h.preventDefault();try{l(await f.post("/keys",{name:s.trim(),scope:o})),t()}catch($){d($)}};return a?r`<${oe} title=${`The key ${a.name}`} onClose=${e} testid="made-key">
      <${$t} text=${a.key} what="key" testid="api-key-once" />
      <p class="fine">Its id is <code>${a.id}</code>: lists and the audit name it so.</p>
      <div class="row"><button type="button" class="primary push" onClick=${e} data-testid="done">Done</button></div>
    <//>`:r`<${oe} title="A new API key" onClose=${e} testid="key-form">
    <form class="stack" onSubmit=${p}>
      <${q} label="Name" hint="who or what will use it">
        <input value=${s} onInput=${({target:h})=>n(h.value)} required maxlength="100" autofocus autocomplete="off" data-testid="key-name" />
      <//>
      <fieldset class="stack">
        <legend class="fine">What it may do</legend>
        ${Object.entries(Zr).map(([h,$])=>r`<label class="choice" key=${h}>
          <input type="radio" name="scope" value=${h} checked=${o===h} onChange=${()=>i(h)} data-testid=${`scope-${h}`} />
          <span><strong>${h}</strong> <span class="fine">${$}</span></span>
        </label>`)}
      </fieldset>
      <${C} error=${c} />
      <div class="row">
        <button type="button" class="push" onClick=${e}>Cancel</button>
        <button class="primary" data-testid="make-key">Make the key</button>
      </div>
    </form>
  <//>`}var fd,Zr,md,gd,Xr=y(()=>{E();J();F();x();Is();fd=1e4,Zr={read:"Sees calls, users, hooks and health. Changes nothing: for dashboards and those who look.",control:"And ends calls, places calls, kicks users: for the business server and for support.",admin:"And makes keys, hooks, accounts and tokens: for the operator."},md={read:"",control:"info",admin:"warn"};gd=e=>[{key:"name",title:"Name",render:({name:t,id:s})=>r`<strong>${t||s}</strong>${s===B.value?.id&&r` <${b} tone="info">you<//>`}`},{key:"scope",title:"Scope",render:({scope:t})=>r`<${b} tone=${md[t]} title=${Zr[t]}>${t}<//>`},{key:"id",title:"Id",className:"nowrap",render:({id:t})=>r`<span class="mono" title=${t}>…${t.slice(-12)}</span>`},{key:"created",title:"Made",render:({created_at:t})=>r`<${T} at=${t} />`},{key:"used",title:"Last used",render:({last_used_at:t})=>t?r`<${T} at=${t} relative />`:r`<span class="fine">not since the server started</span>`},{key:"do",title:"Actions",render:t=>r`<span class="row actions">
    <a class="button small" href=${N("/keys",{tab:"audit",key:t.id})}>Audit</a>
    <button type="button" class="danger small" onClick=${()=>e(t)} data-testid="revoke-key">Revoke</button>
  </span>`}]});var ta={};ee(ta,{default:()=>ea});function ea({query:e,setQuery:t}){if(!A("admin"))return r`<div class="screen-head"><h1>API keys and audit</h1></div><${I} title="This screen needs a key of scope admin">
      <p>Your key may not see keys or the audit. Make one on the server: <code>hookswitch key new --scope admin</code></p>
    <//>`;let s=e.tab==="audit"?"audit":"keys";return r`
    <div class="screen-head"><h1>API keys and audit</h1></div>
    <div class="stack">
      <${Me} tabs=${yd} chosen=${s} choose=${o=>t({tab:o==="keys"?"":o,cursor:""})} label="Keys or audit" />
      ${s==="keys"?r`<${Qr} />`:r`<${Gr} query=${e} setQuery=${t} />`}
    </div>`}var yd,sa=y(()=>{E();x();Yr();Xr();yd=[["keys","API keys"],["audit","Audit"]]});import{useState as qs}from"/vendor/hooks.js";function na({known:e}){let[t,s]=qs(null),[n,o]=qs(!1),[i,a]=qs(""),l=async()=>{o(!0),a("");try{s(await f.get("/debug/invariants"))}catch(c){a(c.message)}o(!1)};return r`
    <section class="card" data-testid="invariants">
      <div class="row">
        <h2>Invariants</h2>
        ${e&&!t&&r`
          <${b} tone=${e.ok?"good":"bad"}>${e.ok?"all hold":k(e.violations,"violation")}<//>
          ${e.checked_at&&r`<span class="fine">checked <${T} at=${e.checked_at} /></span>`}`}
        ${t&&r`
          <${b} tone=${t.ok?"good":"bad"}>${t.ok?"all hold":"violated"}<//>
          <span class="fine">${k(t.calls,"call")}, ${k(t.lines,"line")}, ${k(t.sessions,"session")} looked at <${T} at=${t.checked_at} /></span>`}
        <button class="push" onClick=${l} disabled=${n} data-testid="check-invariants">${n?"Checking…":"Check now"}</button>
      </div>
      <p class="fine">What must hold at every moment. The server looks every half minute by itself; whatever is wrong is looked at twice, a second apart.</p>
      ${i&&r`<p class="notice bad" role="alert">${i}</p>`}
      ${t&&r`
        <ol class="plain laws">
          ${t.invariants.map(({number:c,name:d,ok:p,violations:h})=>r`
            <li key=${c}>
              <span class="dot ${p?"good":"bad"}"></span>
              <span>${c}. ${d} <span class="fine">${p?"holds":"does not hold"}</span></span>
              ${h.map(({what:$,call:u,user:m})=>r`
                <p class="notice bad">${$}
                  ${u&&r`<${Z} id=${u} />`} ${m&&r`<${z} name=${m} />`}
                </p>`)}
            </li>`)}
        </ol>`}
    </section>`}var oa=y(()=>{E();D();x()});var ca={};ee(ca,{default:()=>ia});function ia(){let e=S(()=>f.get("/health"),[]),t=S(()=>f.get("/nodes"),[]);return K(wd,()=>{e.reload(),t.reload()}),r`
    <div class="screen-head">
      <h1>Health</h1>
      <span class="push"></span>
      <${L} path="/health" />
    </div>
    <div class="stack">
      <${C} error=${e.error} retry=${e.reload} />
      ${e.data&&r`<${vd} health=${e.data} />`}
      ${e.data&&r`<div class="panels"><${Sd} limits=${e.data.limits} /><${Cd} health=${e.data} /></div>`}
      <${na} known=${e.data?.invariants} />
      <${_d} nodes=${t.data?.items??[]} />
    </div>`}function bt({ok:e,detail:t}){return e?t?"warn":"good":"bad"}function vd({health:e}){let{ok:t,draining:s,version:n,uptime_secs:o,checks:i}=e,a=h=>i.filter($=>bt($)===h).length,[l,c]=[a("bad"),a("warn")],d=c===0?"All is well":`All is well, with ${k(c,"note")}`,p=s?"The server is stopping":t?d:`${k(l,"check")} ${l===1?"needs":"need"} a look`;return r`
    <section class="card" data-testid="health-checks">
      <div class="row">
        <span class="dot ${t?s||c>0?"warn":"good":"bad"}"></span>
        <h2>${p}</h2>
        <span class="fine push">version ${n}, up for ${g(o*aa)}</span>
      </div>
      <ul class="plain checks">
        ${i.toSorted((h,$)=>ra.indexOf(bt(h))-ra.indexOf(bt($))).map(h=>r`
          <li key=${h.name}>
            <${b} tone=${bt(h)}>${{good:"fine",warn:"note",bad:"not fine"}[bt(h)]}<//>
            <div>
              <strong>${h.name.replaceAll("_"," ")}</strong>
              ${h.detail&&r` <span>${h.detail}</span>`}
              ${h.advice&&r`<p class="fine">${h.advice}</p>`}
            </div>
          </li>`)}
      </ul>
    </section>`}function la({label:e,value:t,limit:s,text:n,note:o}){return r`
    <div class="gauge">
      <div class="row"><span>${e}</span><span class="push number">${n}</span></div>
      ${s>0&&t!==null&&r`<${Ee} value=${t} limit=${s} label=${e} />`}
      ${o&&r`<p class="fine">${o}</p>`}
    </div>`}function kd(e,t){return e===null?t===null?"no limit":`at most ${w(t)}`:t===null?`${w(e)}, no limit`:`${w(e)} of ${w(t)}`}function Sd({limits:e}){return r`
    <section class="card" data-testid="health-limits">
      <h2>Limits</h2>
      ${e.length===0&&r`<p class="fine">No limit is set.</p>`}
      ${e.map(({name:t,label:s,value:n,limit:o,hits:i})=>r`
        <${la} key=${t} label=${s} value=${n} limit=${o}
          text=${kd(n,o)}
          note=${i>0?`refused ${k(i,"time")} since the start`:null} />`)}
    </section>`}function Cd({health:e}){let{store:t,outbox:s,process:n,retention:o}=e,i=t.commit_ms,a=[["store",t.ok?"takes writes":"takes no writes",!t.ok],["a commit takes",i.count?`${g(i.p50)} median, ${g(i.p95)} p95, ${g(i.p99)} p99, ${g(i.max)} at most`:"nothing was written in the last minute"],["commits in the last minute",w(i.count)+(t.batch_p50?`, ${k(t.batch_p50,"write")} each (median)`:"")],["waiting to be written",w(t.waiting)],["store’s size",we(t.size_bytes)],["outbox",s.waiting?`${k(s.waiting,"event")}, the oldest for ${g(s.oldest_secs*aa)}`:"empty",s.oldest_secs>60],["slow readers cut",w(e.slow_readers),e.slow_readers>0],["panics",w(e.panics),e.panics>0],["event streams",w(e.event_streams)],["memory",we(n.resident_bytes)],["threads",w(n.threads)],["retention",o.days?`${k(o.days,"day")}; ${w(o.removed)} calls removed since the start${o.running?", removing now":""}`:"everything is kept"]];return r`
    <section class="card" data-testid="health-figures">
      <h2>Store, outbox, process</h2>
      <dl class="facts">
        ${a.map(([l,c,d])=>r`<dt>${l}</dt><dd class=${d?"problem":"number"}>${c}</dd>`)}
      </dl>
      <${la} label="open files" value=${n.open_files} limit=${n.open_files_limit}
        text=${`${w(n.open_files)} of ${w(n.open_files_limit)}`} />
    </section>`}function _d({nodes:e}){return r`
    <section class="card">
      <h2>Nodes</h2>
      <${P} columns=${xd} rows=${e} rowKey=${({name:t})=>t} caption="Nodes" testid="nodes-table" />
    </section>`}var wd,aa,ra,xd,da=y(()=>{E();D();F();x();oa();wd=5e3,aa=1e3;ra=["bad","warn","good"];xd=[{key:"name",title:"Node",render:({name:e})=>r`<strong>${e}</strong>`},{key:"version",title:"Version",render:({version:e})=>e},{key:"started",title:"Up since",render:({started_at:e})=>r`<${T} at=${e} />`},{key:"sockets",title:"Sockets",number:!0,render:({sockets:e})=>w(e)},{key:"sessions",title:"Sessions",number:!0,render:({sessions:e})=>w(e)},{key:"calls",title:"Calls",number:!0,render:({calls:e})=>w(e)},{key:"state",title:"State",render:({draining:e})=>r`<${b} tone=${e?"warn":"good"}>${e?"stopping":"takes calls"}<//>`}]});var pa={};ee(pa,{default:()=>ua});import{useEffect as Td,useRef as Od,useState as Bs}from"/vendor/hooks.js";async function Md(){if(!Ed.includes(location.hostname))return null;let e=await fetch("/demo/facts").catch(()=>null);return e?.ok?e.json():null}function ua(){let e=Od(null),t=R(et),[s,n]=Bs(""),[o,i]=Bs(!1),[a,l]=Bs(null);Td(()=>{document.title="Sign in · hookswitch console",e.current.focus(),Md().then(l,()=>{})},[]);let c=async h=>{if(h!==""){i(!0);try{await as(h)}catch($){n($.status===401?"The server does not know this key. Keys begin with hsk_ and are shown once, when they are made.":$.message),i(!1),e.current?.select()}}},d=h=>{h.preventDefault(),c(e.current.value.trim())},p=a?.api_key;return r`<main class="sign-in">
    <form class="card" onSubmit=${d}>
      <div class="row"><img src="/ui/icon.svg" width="36" height="36" alt="" /><h1>hookswitch console</h1></div>
      ${t&&!s&&r`<p class="notice warn" role="status">${t}</p>`}
      <${q} label="API key" hint="Kept for this tab, and forgotten with it.">
        <input ref=${e} type="password" data-testid="api-key" autocomplete="off" spellcheck=${!1} required aria-describedby="sign-in-problem" />
      <//>
      <p class="problem" id="sign-in-problem" role="alert">${s}</p>
      <button class="primary" disabled=${o} data-testid="sign-in">Sign in</button>
      ${p?r`<p class="notice row"><span>The server is in development mode: the key is <code>${p}</code>.</span>
            <button type="button" class="small push" onClick=${()=>c(p)} data-testid="sign-in-dev">Use it</button></p>`:r`<div class="fine stack"><p>No key yet? On the server’s machine, make one:</p>
            <pre tabindex="0">hookswitch key new --scope admin</pre>
            <p><code>read</code> sees everything, <code>control</code> also ends calls and sessions, <code>admin</code> also changes hooks, accounts and keys.</p></div>`}
    </form>
  </main>`}var Ed,$a=y(()=>{E();x();ne();Ed=["127.0.0.1","localhost","[::1]"]});E();Nt();F();x();J();ne();import{render as Ad}from"/vendor/preact.js";import{useEffect as ns,useRef as ha,useState as Ks}from"/vendor/hooks.js";var fa=[{path:"overview",title:"Overview",icon:"overview",load:()=>Promise.resolve().then(()=>(to(),eo))},{path:"calls",title:"Calls",icon:"calls",load:()=>Promise.resolve().then(()=>(lo(),io))},{path:"calls/:id",title:"Call",load:()=>Promise.resolve().then(()=>(Po(),Do))},{path:"users",title:"Users",icon:"users",load:()=>Promise.resolve().then(()=>(_s(),Wo))},{path:"users/:user",title:"User",load:()=>Promise.resolve().then(()=>(Ko(),Bo))},{path:"webhooks",title:"Webhooks",icon:"webhooks",group:!0,load:()=>Promise.resolve().then(()=>(ar(),rr))},{path:"deliveries",title:"Deliveries",icon:"deliveries",load:()=>Promise.resolve().then(()=>(yr(),br))},{path:"workers",title:"Workers",icon:"workers",group:!0,load:()=>Promise.resolve().then(()=>(Wt(),ko))},{path:"wechat",title:"WeChat",icon:"wechat",load:()=>Promise.resolve().then(()=>(kr(),vr))},{path:"try",title:"Try it",icon:"try",group:!0,load:()=>Promise.resolve().then(()=>(Nr(),Ar))},{path:"trace",title:"Trace",icon:"trace",load:()=>Promise.resolve().then(()=>(Hr(),jr))},{path:"config",title:"Configuration",icon:"config",group:!0,load:()=>Promise.resolve().then(()=>(Vr(),Kr))},{path:"keys",title:"API keys",icon:"keys",load:()=>Promise.resolve().then(()=>(sa(),ta))},{path:"health",title:"Health",icon:"health",load:()=>Promise.resolve().then(()=>(da(),ca))}];function Nd(){let[e,t]=Ks(()=>at(location.hash));return ns(()=>{let s=()=>t(at(location.hash));return addEventListener("hashchange",s),s(),()=>removeEventListener("hashchange",s)},[]),e}function ma(e){let[t,s]=Ks({screen:null,Screen:null,error:null});return ns(()=>{let n=!0;return e?.load().then(o=>n&&s({screen:e,Screen:o.default,error:null}),o=>n&&s({screen:e,Screen:null,error:o})),()=>{n=!1}},[e]),t}function Id({path:e,isOpen:t,close:s}){let n=e.split("/")[1];return r`<nav class=${`side ${t?"open":""}`} id="navigation" aria-label="Screens" onClick=${s}>
    ${fa.filter(({icon:o})=>o).map(({path:o,title:i,icon:a,group:l})=>r`
      <a key=${o} href=${N(`/${o}`)} class=${l?"group":""} aria-current=${o===n?"page":void 0} data-testid=${`nav-${o}`}>
        <${pe} name=${a} />${i}
      </a>`)}
  </nav>`}function Rd(){let{path:e,query:t}=Nd(),[s,n]=Ks(!1),o=ha(null),i=ha(!0),a=dn(fa,e),{screen:l,Screen:c,error:d}=ma(a?.screen),p=a?[a.screen.title,...Object.values(a.params)].join(" "):"Not found";ns(()=>{document.title=`${p} · hookswitch console`,n(!1),i.current||o.current.focus({preventScroll:!0}),i.current=e==="/",scrollTo(0,0)},[e]),ns(()=>{at(location.hash).path==="/"&&X("/overview",{},{replace:!0})},[e]);let h=($,{replace:u=!0}={})=>{let m=at(location.hash);X(m.path,{...m.query,...$},{replace:u})};return r`
    <a class="skip" href="#main" onClick=${$=>{$.preventDefault(),o.current.focus()}}>Skip to the screen</a>
    <${wn} isMenuOpen=${s} toggleMenu=${()=>n(!s)} />
    <div class="frame">
      <${Id} path=${e} isOpen=${s} close=${()=>n(!1)} />
      <main id="main" ref=${o} tabindex="-1" data-screen=${l?.path}>
        ${!a&&e!=="/"&&r`<${I} title="There is no such screen"><a href="#/overview">Go to the overview</a><//>`}
        ${a&&d&&l===a.screen&&r`<${C} error=${d} retry=${()=>location.reload()} />`}
        ${a&&c&&l===a.screen&&r`<${c} key=${e} params=${a.params} query=${t} setQuery=${h} />`}
      </main>
    </div>`}function Ld(){let e=R(B),{Screen:t}=ma(e?null:Dd);return r`${e?r`<${Rd} />`:t&&r`<${t} />`}<${bn} /><${us} />`}var Dd={load:()=>Promise.resolve().then(()=>($a(),pa))};await Zs();sn();Ad(r`<${Ld} />`,document.getElementById("app"));export{fa as screens};

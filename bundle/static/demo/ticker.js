setInterval(()=>postMessage(0),66);

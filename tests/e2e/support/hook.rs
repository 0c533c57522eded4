//! A business server: an HTTP server that writes down what it is sent and answers as told.

use std::{collections::BTreeMap, net::SocketAddr, sync::Arc, time::Duration};

use serde_json::Value;
use tokio::{
    io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader},
    net::{TcpListener, TcpStream},
    sync::mpsc,
    task::JoinHandle,
};

use super::DEADLINE;

/// What came.
#[derive(Debug, Clone)]
pub struct Post {
    /// With the query.
    pub path: String,
    pub headers: BTreeMap<String, String>,
    pub body: String,
    pub json: Value,
}

impl Post {
    pub fn kind(&self) -> &str {
        self.json["type"].as_str().unwrap()
    }

    pub fn data(&self) -> &Value {
        &self.json["data"]
    }
}

/// What to say.
#[derive(Debug, Clone)]
pub enum Answer {
    /// A status and a body.
    Say(u16, String),
    /// 500, and when to come again. Unit: seconds.
    Later(u32),
    /// The same as another, after a while.
    Slowly(Duration, String),
    /// Nothing at all, while the connection stays open.
    Never,
}

impl Answer {
    pub fn ok() -> Self {
        Self::Say(200, String::new())
    }

    pub fn json(body: Value) -> Self {
        Self::Say(200, body.to_string())
    }
}

/// The business server.
pub struct Hook {
    pub address: SocketAddr,
    posts: mpsc::UnboundedReceiver<Post>,
    task: JoinHandle<()>,
}

impl Hook {
    pub async fn start(answer: impl Fn(&Post) -> Answer + Send + Sync + 'static) -> Self {
        Self::start_at("127.0.0.1:0", answer).await
    }

    pub async fn start_at(address: &str, answer: impl Fn(&Post) -> Answer + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind(address).await.unwrap();
        let address = listener.local_addr().unwrap();
        let (tell, posts) = mpsc::unbounded_channel();
        let answer = Arc::new(answer);
        let task = tokio::spawn(async move {
            let mut open = tokio::task::JoinSet::new();
            while let Ok((socket, _)) = listener.accept().await {
                let (answer, tell) = (Arc::clone(&answer), tell.clone());
                open.spawn(async move {
                    // A connection that breaks is the client's affair.
                    let _broken = converse(socket, &*answer, &tell).await.is_err();
                });
            }
        });
        Self { address, posts, task }
    }

    pub fn url(&self) -> String {
        format!("http://{}/hook", self.address)
    }

    /// The next POST.
    pub async fn next(&mut self) -> Post {
        tokio::time::timeout(DEADLINE, self.posts.recv()).await.expect("no POST in time").unwrap()
    }

    /// The next POST, which is of this type.
    pub async fn expect(&mut self, kind: &str) -> Post {
        let post = self.next().await;
        assert_eq!(post.kind(), kind, "{}", post.body);
        post
    }

    /// Nothing has come so far.
    pub fn nothing(&mut self) {
        if let Ok(post) = self.posts.try_recv() {
            panic!("nothing was expected: {}", post.body);
        }
    }
}

impl Drop for Hook {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn converse(
    socket: TcpStream,
    answer: &(dyn Fn(&Post) -> Answer + Send + Sync),
    tell: &mpsc::UnboundedSender<Post>,
) -> std::io::Result<()> {
    socket.set_nodelay(true)?;
    let mut socket = BufReader::new(socket);
    loop {
        let mut line = String::new();
        if socket.read_line(&mut line).await? == 0 {
            return Ok(());
        }
        let Some(path) = line.split(' ').nth(1) else { return Ok(()) };
        let mut headers = BTreeMap::new();
        loop {
            let mut line = String::new();
            socket.read_line(&mut line).await?;
            match line.trim().split_once(": ") {
                Some((name, value)) => headers.insert(name.to_lowercase(), value.to_owned()),
                None => break,
            };
        }
        let mut body = vec![0; headers["content-length"].parse().unwrap()];
        socket.read_exact(&mut body).await?;
        let body = String::from_utf8(body).unwrap();
        let path = path.to_owned();
        let post = Post { path, headers, json: serde_json::from_str(&body).unwrap(), body };
        let says = answer(&post);
        // The test may have seen enough.
        let _ended = tell.send(post).is_err();
        let (status, header, body) = match says {
            Answer::Say(status, body) => (status, String::new(), body),
            Answer::Later(secs) => (500, format!("retry-after: {secs}\r\n"), String::new()),
            Answer::Slowly(wait, body) => {
                tokio::time::sleep(wait).await;
                (200, String::new(), body)
            }
            Answer::Never => std::future::pending().await,
        };
        let answer = format!("HTTP/1.1 {status} x\r\n{header}content-length: {}\r\n\r\n{body}", body.len());
        socket.write_all(answer.as_bytes()).await?;
    }
}

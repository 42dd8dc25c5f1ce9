//! Lists that come in pages, read to their end without a loop over tokens or offsets (PROTOCOL §1.6).

mod areas;
#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::fmt;
use std::future::Future;
use std::pin::Pin;

use crate::Client;
use crate::error::Result;
use crate::runtime;

/// Where a page begins.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Position {
    Start,
    After(String),
    Page(i32),
    End,
}

/// What one request brought, and where the next page begins.
struct Fetched<T> {
    items: Vec<T>,
    next: Position,
}

type Fetch<T> =
    dyn Fn(Client, Position) -> Pin<Box<dyn Future<Output = Result<Fetched<T>>> + Send>> + Send + Sync;

/// A list that KSeF hands out in pages. Nothing is asked before the first page is; each page is one request, of the
/// largest size that the operation allows unless the query says otherwise.
///
/// A list that changes while it is read may show an entry twice or not at all where KSeF numbers its pages
/// (certificates, permissions, Peppol providers). Lists of tokens, sessions, invoices of a session, logins and
/// collective identifiers are continued by a mark of KSeF.
///
/// ```no_run
/// # async fn example(client: libksef::Client) -> libksef::Result<()> {
/// let mut tokens = client.tokens().all(&Default::default()).items();
/// while let Some(token) = tokens.next().await? {
///     println!("{}", token.description);
/// }
/// # Ok(())
/// # }
/// ```
pub struct Pages<T> {
    client: Client,
    fetch: Box<Fetch<T>>,
    position: Position,
}

impl<T: Send + 'static> Pages<T> {
    /// A list continued by a token; KSeF ends it with no token or an empty one.
    fn by_token<F>(
        client: &Client,
        fetch: impl Fn(Client, Option<String>) -> F + Send + Sync + 'static,
    ) -> Self
    where
        F: Future<Output = Result<(Vec<T>, Option<String>)>> + Send + 'static,
    {
        Self::new(client, move |client, position| {
            let token = match position {
                Position::After(token) => Some(token),
                _ => None,
            };
            let page = fetch(client, token.clone());
            Box::pin(async move {
                let (items, next) = page.await?;
                // The same token again would be the same page for ever.
                let next = next.filter(|next| !next.is_empty() && token.as_ref() != Some(next));
                Ok(Fetched { items, next: next.map_or(Position::End, Position::After) })
            })
        })
    }

    /// A list whose pages are numbered from 0; each says whether there are more.
    fn by_number<F>(client: &Client, fetch: impl Fn(Client, i32) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Result<(Vec<T>, bool)>> + Send + 'static,
    {
        Self::new(client, move |client, position| {
            let number = match position {
                Position::Page(number) => number,
                _ => 0,
            };
            let page = fetch(client, number);
            Box::pin(async move {
                let (items, more) = page.await?;
                // An empty page cannot be followed by a full one.
                let more = more && !items.is_empty();
                Ok(Fetched { items, next: if more { Position::Page(number + 1) } else { Position::End } })
            })
        })
    }

    fn new(
        client: &Client,
        fetch: impl Fn(Client, Position) -> Pin<Box<dyn Future<Output = Result<Fetched<T>>> + Send>>
        + Send
        + Sync
        + 'static,
    ) -> Self {
        Self { client: client.clone(), fetch: Box::new(fetch), position: Position::Start }
    }

    /// The next page; `None` after the last one. A page may be empty. After an error the same page is asked for again
    /// by the next call.
    ///
    /// # Errors
    /// Those of the operation. A deadline of the client holds for each page.
    pub async fn next(&mut self) -> Result<Option<Vec<T>>> {
        let client = self.client.begin();
        self.page(client).await
    }

    async fn page(&mut self, client: Client) -> Result<Option<Vec<T>>> {
        if self.position == Position::End {
            return Ok(None);
        }
        let work = (self.fetch)(client, self.position.clone());
        let fetched = runtime::run(work).await?;
        self.position = fetched.next;
        Ok(Some(fetched.items))
    }

    /// The entries one by one, each page asked for when the one before is used up.
    #[must_use]
    pub fn items(self) -> Items<T> {
        Items { pages: self, buffer: VecDeque::new() }
    }

    /// All entries of the pages that are left.
    ///
    /// # Errors
    /// Those of the operation. A deadline of the client holds for all pages together.
    pub async fn collect_all(mut self) -> Result<Vec<T>> {
        let client = self.client.begin();
        let mut all = Vec::new();
        while let Some(page) = self.page(client.clone()).await? {
            all.extend(page);
        }
        Ok(all)
    }
}

impl<T> fmt::Debug for Pages<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = match &self.position {
            Position::Start => "at the start",
            Position::End => "at the end",
            _ => "under way",
        };
        write!(f, "Pages({place})")
    }
}

/// The entries of a list, one by one.
pub struct Items<T> {
    pages: Pages<T>,
    buffer: VecDeque<T>,
}

impl<T: Send + 'static> Items<T> {
    /// The next entry; `None` after the last one.
    ///
    /// # Errors
    /// As [`Pages::next`].
    pub async fn next(&mut self) -> Result<Option<T>> {
        while self.buffer.is_empty() {
            match self.pages.next().await? {
                Some(page) => self.buffer = page.into(),
                None => return Ok(None),
            }
        }
        Ok(self.buffer.pop_front())
    }
}

impl<T> fmt::Debug for Items<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Items({} ready, {:?})", self.buffer.len(), self.pages)
    }
}

use std::fmt;
use std::vec;

use crate::Result;
use crate::runtime::block_on;

/// The blocking twin of [`Pages`](crate::Pages): an iterator over pages.
///
/// An error ends the iterator. Where reading should go on after one, use [`Pages::next_page`].
pub struct Pages<T> {
    inner: crate::Pages<T>,
    failed: bool,
}

impl<T: Send + 'static> Pages<T> {
    /// See [`Pages::next`](crate::Pages::next).
    ///
    /// # Errors
    /// The same; 1019 inside an asynchronous runtime.
    pub fn next_page(&mut self) -> Result<Option<Vec<T>>> {
        block_on(self.inner.next())
    }

    /// See [`Pages::items`](crate::Pages::items).
    #[must_use]
    pub fn items(self) -> Items<T> {
        Items { pages: self, page: Vec::new().into_iter() }
    }

    /// See [`Pages::collect_all`](crate::Pages::collect_all).
    ///
    /// # Errors
    /// The same; 1019 inside an asynchronous runtime.
    pub fn collect_all(self) -> Result<Vec<T>> {
        block_on(self.inner.collect_all())
    }
}

impl<T: Send + 'static> Iterator for Pages<T> {
    type Item = Result<Vec<T>>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.failed {
            return None;
        }
        let page = self.next_page().transpose();
        self.failed = matches!(page, Some(Err(_)));
        page
    }
}

impl<T> From<crate::Pages<T>> for Pages<T> {
    fn from(inner: crate::Pages<T>) -> Self {
        Self { inner, failed: false }
    }
}

impl<T> fmt::Debug for Pages<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.fmt(f)
    }
}

/// The blocking twin of [`Items`](crate::Items): an iterator over entries. An error ends it.
pub struct Items<T> {
    pages: Pages<T>,
    page: vec::IntoIter<T>,
}

impl<T: Send + 'static> Iterator for Items<T> {
    type Item = Result<T>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(item) = self.page.next() {
                return Some(Ok(item));
            }
            match self.pages.next()? {
                Ok(page) => self.page = page.into_iter(),
                Err(error) => return Some(Err(error)),
            }
        }
    }
}

impl<T> fmt::Debug for Items<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Items({} ready, {:?})", self.page.len(), self.pages)
    }
}

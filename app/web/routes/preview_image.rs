//! The covers of shows as bitmaps, for previews of links: messengers and social networks show no SVG.

use crate::api::ApiError;
use crate::components::cover::{self, Art};
use crate::web::Site;
use crate::web::head::{IMAGE_HEIGHT, IMAGE_WIDTH};
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use kurbo::{BezPath, PathEl};
use quick_cache::sync::Cache;
use server::Caller;
use shared::tickets::{Category, GetShow};
use shared::{Rejection, ShowId};
use std::sync::OnceLock;
use tiny_skia::{Color, FillRule, Paint, PathBuilder, Pixmap, Transform};
use tokio::sync::Semaphore;

/// As many images are kept, of about 30 kB each: a shared link is opened by many within a short time.
const CAPACITY: usize = 256;

/// The images that were asked for last. What they show of a show never changes.
pub struct PreviewImages {
    of_shows: Cache<ShowId, Bytes>,
    of_site: OnceLock<Bytes>,
    /// Drawing takes tens of milliseconds, and must not keep all processors from serving pages.
    drawing: Semaphore,
}

impl Default for PreviewImages {
    fn default() -> Self {
        PreviewImages { of_shows: Cache::new(CAPACITY), of_site: OnceLock::new(), drawing: Semaphore::new(1) }
    }
}

impl PreviewImages {
    async fn draw(&self, art: Art) -> Result<Bytes, ApiError> {
        let _permit = self.drawing.acquire().await.map_err(|_| ApiError::Failed)?;
        let drawn = tokio::task::spawn_blocking(move || draw(&art)).await.ok().flatten();
        drawn.map(Bytes::from).ok_or(ApiError::Failed)
    }
}

/// The cover of a show.
///
/// # Errors
/// [`Rejection::NotFound`] if there is no such show.
pub async fn of_show(State(site): State<Site>, Path(id): Path<String>) -> Result<Response, ApiError> {
    let id: ShowId = id.parse().map_err(|_| Rejection::NotFound)?;
    let images = &site.preview_images;
    let image = images.of_shows.get_or_insert_async(&id, async {
        let caller = Caller::anonymous(site.environment.new_id());
        let listing = site.backend.call(&caller, GetShow { id }).await?;
        images.draw(Art::of(&listing.show)).await
    });
    Ok(response(image.await?))
}

/// The image of pages that are not about a show.
///
/// # Errors
/// If it cannot be drawn.
pub async fn of_site(State(site): State<Site>) -> Result<Response, ApiError> {
    let images = &site.preview_images;
    let image = match images.of_site.get() {
        Some(image) => image.clone(),
        None => {
            let image = images.draw(Art::seeded("", Category::Festival)).await?;
            images.of_site.get_or_init(|| image).clone()
        }
    };
    Ok(response(image))
}

fn response(image: Bytes) -> Response {
    ([(CONTENT_TYPE, "image/png"), (CACHE_CONTROL, "public, max-age=86400")], image).into_response()
}

/// Draws a cover as a PNG, cropped to the shape of a preview as a page crops it to that of a card.
fn draw(art: &Art) -> Option<Vec<u8>> {
    let (width, height) = (IMAGE_WIDTH as f32, IMAGE_HEIGHT as f32);
    let (art_width, art_height) = (cover::WIDTH as f32, cover::HEIGHT as f32);
    let scale = (width / art_width).max(height / art_height);
    let centred = Transform::from_scale(scale, scale)
        .post_translate((width - art_width * scale) / 2.0, (height - art_height * scale) / 2.0);
    let mut pixmap = Pixmap::new(IMAGE_WIDTH, IMAGE_HEIGHT)?;
    let [background, colors @ ..] = art.palette;
    pixmap.fill(color(background)?);
    for (layer, fill) in art.layers.iter().zip(colors) {
        // A layer without shapes has no path.
        let Some(path) = path(layer) else { continue };
        let mut paint = Paint::default();
        paint.set_color(color(fill)?);
        pixmap.fill_path(&path, &paint, FillRule::Winding, centred, None);
    }
    pixmap.encode_png().ok()
}

/// A colour as in `#2a1a4f`.
fn color(text: &str) -> Option<Color> {
    let [_, red, green, blue] = u32::from_str_radix(text.strip_prefix('#')?, 16).ok()?.to_be_bytes();
    Some(Color::from_rgba8(red, green, blue, u8::MAX))
}

/// A path in SVG's notation.
fn path(notation: &str) -> Option<tiny_skia::Path> {
    let mut builder = PathBuilder::new();
    for element in BezPath::from_svg(notation).ok()? {
        match element {
            PathEl::MoveTo(to) => builder.move_to(to.x as f32, to.y as f32),
            PathEl::LineTo(to) => builder.line_to(to.x as f32, to.y as f32),
            PathEl::QuadTo(by, to) => builder.quad_to(by.x as f32, by.y as f32, to.x as f32, to.y as f32),
            PathEl::CurveTo(first, second, to) => builder.cubic_to(
                first.x as f32,
                first.y as f32,
                second.x as f32,
                second.y as f32,
                to.x as f32,
                to.y as f32,
            ),
            PathEl::ClosePath => builder.close(),
        }
    }
    builder.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_cover_is_drawn_in_the_size_of_a_preview_with_its_own_colours() {
        for category in Category::ALL {
            let art = Art::seeded("The Long Note", category);
            let image = draw(&art).expect("it is drawn");

            let pixmap = Pixmap::decode_png(&image).expect("it is a PNG");
            assert_eq!((pixmap.width(), pixmap.height()), (1_200, 630), "{category:?}");
            let seen: BTreeSet<[u8; 3]> =
                pixmap.pixels().iter().map(|pixel| [pixel.red(), pixel.green(), pixel.blue()]).collect();
            let filled = art.layers.iter().zip(&art.palette[1..]).filter(|(layer, _)| !layer.is_empty());
            for (_, fill) in filled {
                let [_, rgb @ ..] = u32::from_str_radix(&fill[1..], 16).expect("a colour").to_be_bytes();
                assert!(seen.contains(&rgb), "{category:?} has no {fill}");
            }
            assert!(image.len() < 100_000, "{category:?}: {} bytes", image.len());
        }
    }
}

import { By, type WebDriver } from "selenium-webdriver";
import { visit } from "../../driver/browser-page.ts";
import { fill, findIfThere, goOnWith, pathOf, shownPicture, stuck, waitFor } from "./page.ts";

/**
 * Gives a signed-in person of Mastodon a picture.
 * @param picture path of a PNG or JPEG
 * @returns the address under which it is shown
 * @throws Failure `check-page`
 */
export async function uploadAvatarMastodon(
  driver: WebDriver,
  { url, picture }: { readonly url: string; readonly picture: string },
): Promise<string> {
  const attempted = "give the person a picture";
  await visit(driver, new URL("/settings/profile", url).href);
  if ((await pathOf(driver)) !== "/settings/profile") throw await stuck(driver, attempted, "nobody is signed in");
  // Upstream of today, upstream of before, and the double.
  const locator = By.css("#account_avatar-preview, img.fields-group__thumbnail[width='90'], main img.avatar");
  const before = await findIfThere(driver, locator).then((image) => image?.getAttribute("src"));
  await driver.findElement(By.id("account_avatar")).sendKeys(picture);
  await goOnWith(driver, By.css("form[action='/settings/profile'] [type=submit]"));
  const refusal = await findIfThere(
    driver,
    By.css(".flash-message:not(.notice), .error_messages, .field_with_errors .error"),
  );
  if (refusal !== undefined) throw await stuck(driver, attempted, await refusal.getText());
  const after = await shownPicture(driver, locator);
  if (after === before) throw await stuck(driver, attempted, "the picture is still the one from before");
  return after;
}

/**
 * Posts a photo on Pixelfed as a signed-in person.
 * @param host where the photo has to come from in the end; Pixelfed moves it there a moment later
 * @returns the address of the post, and the address under which the photo is shown
 * @throws Failure `check-page`
 */
export async function uploadPhotoPixelfed(
  driver: WebDriver,
  options: {
    readonly url: string;
    readonly photo: string;
    readonly caption?: string | undefined;
    readonly host?: string | undefined;
  },
): Promise<{ readonly post: string; readonly photo: string }> {
  const { caption, host } = options;
  const attempted = "post a photo";
  await visit(driver, new URL("/i/compose", options.url).href);
  if ((await pathOf(driver)) !== "/i/compose") throw await stuck(driver, attempted, "nobody is signed in");
  const field = await waitFor(driver, attempted, () => findIfThere(driver, By.css("input[type=file]")));
  const byForm = (await field.getAttribute("name")) === "file";
  await field.sendKeys(options.photo);
  if (!byForm) {
    // Upstream's dialogue asks for one thing after the other.
    const next = By.linkText("Next");
    const post = By.linkText("Post");
    await waitFor(driver, attempted, async () => {
      if ((await findIfThere(driver, post)) !== undefined) return true;
      await findIfThere(driver, next).then((link) => link?.click());
      return undefined;
    });
  }
  if (caption !== undefined) await driver.findElement(By.css("textarea")).sendKeys(caption);
  await goOnWith(driver, byForm ? By.css("form[action$='/i/compose'] [type=submit]") : By.linkText("Post"));
  if (!(await pathOf(driver)).startsWith("/p/")) throw await stuck(driver, attempted, "no post came of it");
  const post = await driver.getCurrentUrl();
  // Whatever the page is made of, photos have this in their path.
  const locator = By.css("img[src*='/m/_v2/']");
  const photo = await waitFor(driver, `see the photo${host === undefined ? "" : ` from ${host}`}`, async () => {
    const source = await shownPicture(driver, locator);
    if (host === undefined || new URL(source).host === host) return source;
    await driver.navigate().refresh();
    return undefined;
  });
  return { post, photo };
}

// The player of the real one gives its element no address of a file, so the page's own API is asked.
const videoFile = `const done = arguments[0];
fetch("/api/v1/videos/" + location.pathname.split("/").at(-1))
  .then((response) => response.json())
  .then((video) => done([...video.files, ...video.streamingPlaylists.flatMap(({ files }) => files ?? [])][0]?.fileUrl ?? null))
  .catch(() => done(null));`;

/**
 * Publishes a video on PeerTube as a signed-in person, and watches it.
 * @param video path of an MP4, WebM or Ogg file
 * @returns the address of the page, and the address of the file that is played there
 * @throws Failure `check-page`
 */
export async function uploadVideoPeertube(
  driver: WebDriver,
  options: { readonly url: string; readonly video: string; readonly name: string },
): Promise<{ readonly page: string; readonly file: string }> {
  const attempted = `publish the video ${options.name}`;
  await visit(driver, new URL("/videos/publish", options.url).href);
  const field = await waitFor(driver, attempted, () => findIfThere(driver, By.id("videofile")));
  if ((await findIfThere(driver, By.id("name"))) === undefined) {
    // Upstream takes the file first and asks for its name while it travels.
    await field.sendKeys(options.video);
    const save = By.css(".save-button > button:enabled");
    await waitFor(driver, attempted, () => findIfThere(driver, save));
    await fill(driver, "name", options.name);
    await driver.findElement(save).click();
    await waitFor(driver, attempted, () => findIfThere(driver, By.css(".save-button > button:disabled")));
    const watch = await driver.findElement(By.css(".watch-save my-button[icon=external-link] a"));
    await visit(driver, new URL((await watch.getAttribute("href")) ?? "", options.url).href);
  } else {
    await fill(driver, "name", options.name);
    await field.sendKeys(options.video);
    await driver.findElement(By.css("form [type=submit]")).click();
  }
  const said = await waitFor(driver, attempted, async () => {
    const output = await findIfThere(driver, By.css("output, .alert-danger"));
    const text = output === undefined ? "" : await output.getText();
    if (text.startsWith("Error")) return { complaint: text };
    if (!/^\/(w|videos\/watch)\//.test(await pathOf(driver))) return undefined;
    return output === undefined || text.startsWith("Playing") ? { complaint: undefined } : undefined;
  });
  if (said.complaint !== undefined) throw await stuck(driver, attempted, said.complaint);
  await waitFor(driver, "see the first picture of the video", async () => {
    const state = await driver.executeScript<number>("return document.querySelector('video')?.readyState ?? 0");
    // HAVE_METADATA: the browser has got the file and understands it.
    return state >= 1 || undefined;
  });
  const file = await driver.executeAsyncScript<string | null>(videoFile);
  if (file === null) throw await stuck(driver, attempted, "the video has no file");
  return { page: await driver.getCurrentUrl(), file };
}

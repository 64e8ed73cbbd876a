import { writeFile } from "node:fs/promises";
import type { WebDriver } from "selenium-webdriver";

const record = `const done = arguments[0];
const canvas = Object.assign(document.createElement("canvas"), { width: 320, height: 180 });
const paper = canvas.getContext("2d");
let frame = 0;
const draw = () => {
  paper.fillStyle = "hsl(" + (frame++ * 12) + " 80% 50%)";
  paper.fillRect(0, 0, 320, 180);
};
draw();
const timer = setInterval(draw, 40);
const recorder = new MediaRecorder(canvas.captureStream(25), { mimeType: "video/webm;codecs=vp8" });
const parts = [];
recorder.ondataavailable = ({ data }) => parts.push(data);
recorder.onerror = ({ error }) => done("error: " + error.message);
recorder.onstop = () => {
  clearInterval(timer);
  const reader = new FileReader();
  reader.onload = () => done(reader.result.split(",")[1]);
  reader.readAsDataURL(new Blob(parts));
};
recorder.start();
setTimeout(() => recorder.stop(), 1000);`;

/** Records a second of changing colours as WebM, which takes no software but the browser. */
export async function recordVideo(driver: WebDriver, path: string): Promise<void> {
  const content = await driver.executeAsyncScript<string>(record);
  if (content.startsWith("error")) throw new Error(`the browser records no video: ${content}`);
  await writeFile(path, content, "base64");
}

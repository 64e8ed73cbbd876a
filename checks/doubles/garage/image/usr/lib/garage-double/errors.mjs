/** What is answered with an error; each API puts it into its own format. */
export class ApiError extends Error {
  /**
   * @param {number} status
   * @param {string} code
   * @param {string} message
   * @param {Readonly<Record<string, string>>} headers
   */
  constructor(status, code, message, headers = {}) {
    super(message);
    this.status = status;
    this.code = code;
    this.headers = headers;
  }
}

/** @param {string} message */
export const badRequest = (message) => new ApiError(400, "InvalidRequest", `Bad request: ${message}`);
/** @param {string} message */
export const forbidden = (message) => new ApiError(403, "AccessDenied", `Forbidden: ${message}`);
/** @param {string} message */
export const internal = (message) => new ApiError(500, "InternalError", `Internal error: ${message}`);
/** @param {string} message */
export const unavailable = (message) => new ApiError(503, "ServiceUnavailable", `Internal error: ${message}`);
/** @param {string} name */
export const noSuchBucket = (name) => new ApiError(404, "NoSuchBucket", `Bucket not found: ${name}`);
/** @param {string} id */
export const noSuchAccessKey = (id) => new ApiError(404, "NoSuchAccessKey", `Access key not found: ${id}`);
/** @param {string} action */
export const notImplemented = (action) => new ApiError(501, "NotImplemented", `Unimplemented action: ${action}`);
export const bucketNotEmpty = () => new ApiError(409, "BucketNotEmpty", "Tried to delete a non-empty bucket");
export const bucketExists = () => new ApiError(409, "BucketAlreadyExists", "Bucket already exists");

require "fileutils"
require_relative "bucket"
require_relative "settings"

module Double
  # Uploaded files: in the bucket, or on the volume /opt/mastodon/public/system.
  module Media
    TYPES = { "image/png" => "png", "image/jpeg" => "jpg", "image/gif" => "gif", "image/webp" => "webp", "video/mp4" => "mp4" }.freeze

    module_function

    def remote? = ENV["S3_ENABLED"] == "true"

    # Same layout of keys as Paperclip's.
    def key(kind, id, type)
      [kind, *id.to_s.rjust(9, "0").scan(/.{3}/), "original", "#{SecureRandom.hex(8)}.#{TYPES.fetch(type)}"].join("/")
    end

    def put(key, body, type)
      return Bucket.put(key, body, type) if remote?
      FileUtils.mkdir_p(File.dirname("#{LOCAL_MEDIA}/#{key}"))
      File.binwrite("#{LOCAL_MEDIA}/#{key}", body)
    end

    def delete(key)
      remote? ? Bucket.delete(key) : FileUtils.rm_f("#{LOCAL_MEDIA}/#{key}")
    end

    def keys
      remote? ? Bucket.keys : Dir.glob("**/*", base: LOCAL_MEDIA).select { |path| File.file?("#{LOCAL_MEDIA}/#{path}") }
    end

    def url(key) = remote? ? Bucket.url(key) : "#{Settings.base_url}/system/#{key}"

    def host = remote? ? "#{URI(url("")).scheme}://#{URI(url("")).authority}" : Settings.base_url
  end
end

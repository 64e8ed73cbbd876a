require "net/smtp"
require "time"
require_relative "models"
require_relative "settings"

module Double
  # Sends mail by the SMTP_* settings.
  module Mail
    module_function

    def welcome(user_id)
      user = User.find(user_id) or return
      title = Setting.site_title
      deliver(user.email, "Welcome to #{title}", "Hello @#{user.account.username},\n\nwelcome to #{title}: #{Settings.base_url}/\n")
    end

    def deliver(to, subject, text)
      from = ENV.fetch("SMTP_FROM_ADDRESS")
      sender = ENV.fetch("SMTP_RETURN_PATH", from)[/[^\s<>]+@[^\s<>]+/]
      message = { "From" => from, "To" => to, "Reply-To" => ENV["SMTP_REPLY_TO"], "Subject" => encoded(subject), "Date" => Time.now.rfc2822,
                  "Message-ID" => "<#{SecureRandom.uuid}@#{Settings.local_domain}>", "MIME-Version" => "1.0",
                  "Content-Type" => "text/plain; charset=UTF-8", "Content-Transfer-Encoding" => "base64" }
      lines = message.compact.map { |name, value| "#{name}: #{value}\r\n" }.join
      start { |smtp| smtp.send_message("#{lines}\r\n#{[text].pack("m")}", sender, to) }
      puts "mail to #{to} sent by #{ENV.fetch("SMTP_SERVER")}"
    end

    def encoded(text) = text.ascii_only? ? text : "=?UTF-8?B?#{[text].pack("m0")}?="

    def start(&)
      smtp = Net::SMTP.new(ENV.fetch("SMTP_SERVER"), ENV.fetch("SMTP_PORT", "25").to_i)
      smtp.open_timeout = smtp.read_timeout = 5
      tls(smtp)
      method = ENV.fetch("SMTP_AUTH_METHOD", "plain")
      login = ENV["SMTP_LOGIN"].to_s
      authenticated = method != "none" && !login.empty?
      account = authenticated ? { user: login, secret: ENV["SMTP_PASSWORD"], authtype: method.to_sym } : {}
      smtp.start(helo: ENV.fetch("SMTP_DOMAIN", Settings.local_domain), **account, &)
    end

    def tls(smtp)
      context = OpenSSL::SSL::SSLContext.new
      context.set_params(verify_mode: ENV["SMTP_OPENSSL_VERIFY_MODE"] == "none" ? OpenSSL::SSL::VERIFY_NONE : OpenSSL::SSL::VERIFY_PEER,
                         **(ENV.key?("SMTP_CA_FILE") ? { ca_file: ENV["SMTP_CA_FILE"] } : {}))
      return smtp.enable_tls(context) if ENV["SMTP_TLS"] == "true" || ENV["SMTP_SSL"] == "true"
      case ENV.fetch("SMTP_ENABLE_STARTTLS", "auto")
      when "always" then smtp.enable_starttls(context)
      when "auto" then smtp.enable_starttls_auto(context)
      else smtp.disable_starttls
      end
    end
  end
end

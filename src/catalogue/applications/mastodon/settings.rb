# Brings Mastodon's settings to what a file says: run by `rails runner`.
#   settings.rb SETTINGS   JSON with title, description, email and registrations
require "json"

settings = JSON.parse(File.read(ARGV[0]))
Setting.site_title = settings.fetch("title")
Setting.site_short_description = settings.fetch("description")
Setting.site_contact_email = settings.fetch("email")
Setting.registrations_mode = settings.fetch("registrations")

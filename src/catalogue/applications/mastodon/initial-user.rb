# Makes the first account with the password of a file, and proves that one can log in with it: run by `rails runner`.
#   initial-user.rb PROFILE PASSWORD   PROFILE: JSON with name, displayName and email
require "json"

profile = JSON.parse(File.read(ARGV[0]))
password = File.read(ARGV[1])
name = profile.fetch("name")

if Account.find_local(name).nil?
  # tootctl knows everything that belongs to an account. It prints a password of its own, which nobody gets to see.
  made = system(
    "bin/tootctl", "accounts", "create", name, "--email", profile.fetch("email"), "--confirmed", "--approve",
    "--role", "Owner", out: File::NULL
  )
  abort "tootctl could not make the account #{name}" unless made
end

account = Account.find_local(name)
user = account.user
# What an earlier run did not finish has a password that nobody knows. Whoever has signed in before, such as when this was
# on another machine, has a password of their own.
exit unless user.current_sign_in_at.nil?
user.password = password
user.save!
account.display_name = profile.fetch("displayName")[0, 30]
account.save!
abort "the account #{name} was made, but its password is not accepted" unless Account.find_local(name).user.valid_password?(password)

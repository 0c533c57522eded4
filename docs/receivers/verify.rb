# Tells whether a message is hookswitch's (Standard Webhooks). Ruby 2.7 or later, standard library only.
#
# Try it:  HOOK_SECRET=whsec_… ruby verify.rb "$WEBHOOK_ID" "$WEBHOOK_TIMESTAMP" "$WEBHOOK_SIGNATURE" < body

require 'openssl'

class NotAuthentic < StandardError; end

# Raises NotAuthentic, which says why, unless the message is authentic. `headers` has lower-case names; `body` is as it came,
# before anything parsed it; `secret` is the hook's, as `whsec_…`.
def verify(body, headers, secret, tolerance_secs: 300)
  %w[webhook-id webhook-timestamp webhook-signature].each do |name|
    raise NotAuthentic, "the header #{name} is missing" if headers[name].to_s.empty?
  end
  sent_at = headers['webhook-timestamp']
  raise NotAuthentic, 'webhook-timestamp is not a number of seconds' unless sent_at.match?(/\A\d+\z/)

  age = Time.now.to_i - sent_at.to_i
  raise NotAuthentic, "the message is #{age} s old: a replay, or one of the clocks is wrong" if age.abs > tolerance_secs

  key = secret.delete_prefix('whsec_').unpack1('m')
  signed = "#{headers['webhook-id']}.#{sent_at}.".b + body.b
  expected = "v1,#{[OpenSSL::HMAC.digest('SHA256', key, signed)].pack('m0')}"
  # Several, separated by spaces, while the secret is being changed.
  return if headers['webhook-signature'].split.any? { |given| OpenSSL.secure_compare(expected, given) }

  raise NotAuthentic, 'no signature fits: another secret, or the body was changed'
end

if $PROGRAM_NAME == __FILE__
  names = %w[webhook-id webhook-timestamp webhook-signature]
  begin
    verify($stdin.binmode.read, names.zip(ARGV).to_h, ENV.fetch('HOOK_SECRET'))
  rescue NotAuthentic => e
    abort "refused: #{e.message}"
  end
  puts 'ok'
end

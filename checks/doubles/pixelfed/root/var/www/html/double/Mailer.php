<?php

namespace Double;

use RuntimeException;

/** SMTP by MAIL_*: implicit TLS on 465, STARTTLS when the server offers it (unless MAIL_AUTO_TLS is false), AUTH PLAIN. */
final class Mailer
{
    /** @var resource */
    private $socket;

    public static function send(string $to, string $subject, string $text): void
    {
        $from = (string) Environment::get('MAIL_FROM_ADDRESS');
        $name = mb_encode_mimeheader((string) Environment::get('MAIL_FROM_NAME'), 'UTF-8', 'B', "\r\n");
        $message = implode("\r\n", [
            'From: ' . (str_starts_with($name, '=?') ? $name : '"' . addcslashes($name, '"\\') . '"') . " <$from>",
            "To: $to",
            'Subject: ' . mb_encode_mimeheader($subject, 'UTF-8', 'B', "\r\n"),
            'Date: ' . date(DATE_RFC2822),
            'Message-ID: <' . bin2hex(random_bytes(12)) . '@' . Environment::get('APP_DOMAIN') . '>',
            'MIME-Version: 1.0',
            'Content-Type: text/plain; charset=utf-8',
            'Content-Transfer-Encoding: base64',
            '',
            trim(chunk_split(base64_encode($text))),
        ]);
        $mailer = new self();
        $mailer->open();
        $mailer->command("MAIL FROM:<$from>", 250);
        $mailer->command("RCPT TO:<$to>", 250);
        $mailer->command('DATA', 354);
        $mailer->command("$message\r\n.", 250);
        $mailer->command('QUIT', 221);
    }

    private function open(): void
    {
        $host = (string) Environment::get('MAIL_HOST');
        $port = (int) Environment::get('MAIL_PORT');
        $verify = Environment::get('MAIL_SMTP_VERIFY_PEER', true) !== false;
        $context = stream_context_create(['ssl' => ['verify_peer' => $verify, 'verify_peer_name' => $verify, 'peer_name' => $host]]);
        $socket = @stream_socket_client(($port === 465 ? 'ssl' : 'tcp') . "://$host:$port", $code, $reason, 10, STREAM_CLIENT_CONNECT, $context);
        if ($socket === false) {
            throw new RuntimeException("MAIL_HOST: $host:$port: " . ($reason ?: 'no connection'));
        }
        stream_set_timeout($socket, 30);
        $this->socket = $socket;
        $this->answer(220);
        $offers = $this->hello();
        if ($port !== 465 && preg_match('/STARTTLS/i', $offers) && Environment::get('MAIL_AUTO_TLS', true) !== false) {
            $this->command('STARTTLS', 220);
            if (!@stream_socket_enable_crypto($socket, true, STREAM_CRYPTO_METHOD_TLS_CLIENT)) {
                throw new RuntimeException("MAIL_HOST: $host: STARTTLS failed: the certificate is not trusted or has another name");
            }
            $offers = $this->hello();
        }
        $user = (string) Environment::get('MAIL_USERNAME');
        if ($user !== '') {
            if (!preg_match('/AUTH.*PLAIN/i', $offers)) {
                throw new RuntimeException("MAIL_USERNAME: $host does not offer AUTH PLAIN");
            }
            $this->command('AUTH PLAIN ' . base64_encode("\0$user\0" . Environment::get('MAIL_PASSWORD')), 235);
        }
    }

    private function hello(): string
    {
        return $this->command('EHLO ' . (Environment::get('MAIL_EHLO_DOMAIN') ?? Environment::get('APP_DOMAIN')), 250);
    }

    private function command(string $line, int $expected): string
    {
        fwrite($this->socket, "$line\r\n");
        return $this->answer($expected);
    }

    private function answer(int $expected): string
    {
        $all = '';
        do {
            $line = fgets($this->socket, 4096);
            if ($line === false) {
                throw new RuntimeException('MAIL_HOST: the server closed the connection');
            }
            $all .= $line;
        } while (($line[3] ?? ' ') === '-');
        if ((int) $line !== $expected) {
            throw new RuntimeException('MAIL_HOST: the server answers ' . trim($line));
        }
        return $all;
    }
}

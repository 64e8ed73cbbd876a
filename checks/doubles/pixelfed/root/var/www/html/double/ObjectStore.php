<?php

namespace Double;

use RuntimeException;

/** The bucket, path style, each request signed by AWS Signature Version 4. */
final class ObjectStore
{
    public static function put(string $key, string $body, string $type): void
    {
        $acl = Environment::get('AWS_VISIBILITY', 'public') === 'public' ? 'public-read' : 'private';
        self::request('PUT', $key, $body, ['content-type' => $type, 'x-amz-acl' => $acl]);
    }

    public static function get(string $key): string
    {
        return self::request('GET', $key);
    }

    public static function delete(string $key): void
    {
        self::request('DELETE', $key);
    }

    public static function url(string $key): string
    {
        return Environment::get('AWS_URL') . '/' . self::encode($key);
    }

    /** At the start of web and horizon: what the key may do, before a user's upload finds out. */
    public static function demandUsable(): void
    {
        $key = 'double/' . bin2hex(random_bytes(8)) . '.txt';
        $body = random_bytes(64);
        self::put($key, $body, 'text/plain');
        if (self::get($key) !== $body) {
            throw new RuntimeException('AWS_BUCKET: an object came back changed');
        }
        self::delete($key);
    }

    private static function encode(string $key): string
    {
        return implode('/', array_map(rawurlencode(...), explode('/', $key)));
    }

    private static function request(string $method, string $key, string $body = '', array $headers = []): string
    {
        $endpoint = (string) Environment::get('AWS_ENDPOINT');
        $parts = parse_url($endpoint);
        $path = ($parts['path'] ?? '') . '/' . Environment::get('AWS_BUCKET') . '/' . self::encode($key);
        $hash = hash('sha256', $body);
        $headers += [
            'host' => $parts['host'] . (isset($parts['port']) ? ":{$parts['port']}" : ''),
            'x-amz-content-sha256' => $hash,
            'x-amz-date' => gmdate('Ymd\THis\Z'),
        ];
        ksort($headers);
        $headers['authorization'] = self::authorization($method, $path, $headers, $hash);

        $curl = curl_init(substr($endpoint, 0, strlen($endpoint) - strlen($parts['path'] ?? '')) . $path);
        curl_setopt_array($curl, [
            CURLOPT_CUSTOMREQUEST => $method,
            CURLOPT_RETURNTRANSFER => true,
            CURLOPT_TIMEOUT => 60,
            CURLOPT_CONNECTTIMEOUT => 5,
            CURLOPT_HTTPHEADER => array_map(fn (string $name, string $value) => "$name: $value", array_keys($headers), $headers),
        ]);
        if ($method === 'PUT') {
            curl_setopt($curl, CURLOPT_POSTFIELDS, $body);
        }
        $answer = curl_exec($curl);
        if ($answer === false) {
            throw new RuntimeException('AWS_ENDPOINT: ' . curl_error($curl));
        }
        $status = curl_getinfo($curl, CURLINFO_RESPONSE_CODE);
        if ($status >= 300) {
            $code = preg_match('/<Code>([^<]*)<.*<Message>([^<]*)</s', $answer, $match) ? "$match[1]: $match[2]" : 'no S3 error code';
            throw new RuntimeException("AWS_BUCKET: S3 answers $status to $method: $code");
        }
        return $answer;
    }

    private static function authorization(string $method, string $path, array $headers, string $hash): string
    {
        $date = $headers['x-amz-date'];
        $scope = substr($date, 0, 8) . '/' . Environment::get('AWS_DEFAULT_REGION') . '/s3/aws4_request';
        $names = implode(';', array_keys($headers));
        $lines = implode('', array_map(fn (string $name, string $value) => "$name:$value\n", array_keys($headers), $headers));
        $canonical = "$method\n$path\n\n$lines\n$names\n$hash";
        $text = "AWS4-HMAC-SHA256\n$date\n$scope\n" . hash('sha256', $canonical);
        $key = 'AWS4' . Environment::get('AWS_SECRET_ACCESS_KEY');
        foreach (explode('/', $scope) as $part) {
            $key = hash_hmac('sha256', $part, $key, true);
        }
        $signature = hash_hmac('sha256', $text, $key);
        return 'AWS4-HMAC-SHA256 Credential=' . Environment::get('AWS_ACCESS_KEY_ID') . "/$scope,SignedHeaders=$names,Signature=$signature";
    }
}

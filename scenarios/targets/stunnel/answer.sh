# Answers the requests of one connection: GENERATION, the HOST that it is for (`*` for any), the SECRET for verified clients.
generation=$1 host=$2 secret=$3
LC_ALL=C
end=$(printf '\r')

# STATUS BODY
answer() {
    [ "$method" = HEAD ] && set -- "$1" "" "${#2}"
    printf 'HTTP/1.1 %s\r\nX-Generation: %s\r\nContent-Length: %s\r\nConnection: %s\r\n\r\n%s' \
        "$1" "$generation" "${3-${#2}}" "$connection" "$2"
}

while IFS= read -r line; do
    method=${line%% *} target=${line#* } named= hosts=0 length=0 connection=keep-alive
    target=${target%% *}
    while IFS= read -r line && line=${line%"$end"} && [ "$line" ]; do
        value=${line#*:}
        value=${value# }
        case $line in
        [Hh][Oo][Ss][Tt]:*) named=$value hosts=$((hosts + 1)) ;;
        [Cc][Oo][Nn][Tt][Ee][Nn][Tt]-[Ll][Ee][Nn][Gg][Tt][Hh]:*) length=$value ;;
        # Whose end is not looked for: the connection ends with the answer.
        [Tt][Rr][Aa][Nn][Ss][Ff][Ee][Rr]-[Ee][Nn][Cc][Oo][Dd][Ii][Nn][Gg]:*) connection=close ;;
        esac
    done
    case $length in
    *[!0-9]*) connection=close ;;
    0) ;;
    *) head -c "$length" >/dev/null ;;
    esac
    case $target in
    https://*) named=${target#https://} target=/${named#*/} named=${named%%/*} ;;
    esac
    named=${named%%:*}
    case $named in
    *[A-Z]*) named=$(printf %s "$named" | tr A-Z a-z) ;;
    esac
    if [ "$hosts" -ne 1 ]; then
        connection=close
        answer "400 Bad Request"
    elif [ "$host" != "*" ] && [ "$named" != "$host" ]; then
        # The server name decided who was asked for a certificate.
        answer "421 Misdirected Request"
    elif [ "$target" = /whoami ]; then
        answer "200 OK"
    elif [ "$target" != /protected ]; then
        answer "404 Not Found"
    elif [ -z "${SSL_CLIENT_DN+set}" ] || [ -z "$secret" ]; then
        # stunnel sets the subject for clients that it verified.
        answer "403 Forbidden"
    else
        answer "200 OK" "$secret"
    fi
    [ "$connection" = keep-alive ] || exit
done

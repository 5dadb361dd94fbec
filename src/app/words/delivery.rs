//! Words of the delivery.

words! {
    SEND_NOW = "今すぐ送信", "Send now";
    GOES = "送信できています", "Delivery works";
    WAITS = "送信を待っています", "Waiting to send";
    KEPT = "記録は端末に残り、後で送られます", "Records are kept here and sent later";
    STOPPED = "送信が止まっています", "Delivery has stopped";
    REJECTED = "差し戻し", "Sent back";
    CONFLICTS = "食い違い", "Conflicts";
    NONE = "ありません", "None";
    MORE = "ほかにも", "More:";
    HERE = "この端末の記録", "The record here";
    THERE = "サーバーの返答", "What the server says";
    CONFLICT_TODO = "紙と両方の記録を見比べてください。こちらが誤りなら「今日の記録」で取り消します。責任者が正しいと確かめたら、もう一度送ります",
        "Compare both with the paper. If ours is wrong, cancel it in today's records; once the lead has checked it, send it again";
    REJECTED_TODO = "内容を直すか取り消してください。直した後はもう一度送ります",
        "Correct or cancel it; after that, send it again";
    AGAIN = "もう一度送る", "Send again";
}

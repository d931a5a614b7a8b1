/* Counts down the times left that the server has written: <table data-time-left="d,h,min,lapsed"> … data-until="…". */
(function () {
    "use strict";

    function text(milliseconds, words) {
        var minutes = Math.floor(milliseconds / 60000);
        if (milliseconds <= 0) { return words[3]; }
        if (minutes >= 1440) { return Math.floor(minutes / 1440) + " " + words[0] + " " + Math.floor(minutes % 1440 / 60) + " " + words[1]; }
        if (minutes >= 60) { return Math.floor(minutes / 60) + " " + words[1] + " " + minutes % 60 + " " + words[2]; }
        return minutes + " " + words[2];
    }

    document.querySelectorAll("[data-time-left]").forEach(function (table) {
        var words = table.dataset.timeLeft.split(",");
        setInterval(function () {
            table.querySelectorAll("[data-until]").forEach(function (cell) {
                cell.textContent = text(new Date(cell.dataset.until) - Date.now(), words);
            });
        }, 15000);
    });
}());

print("danmaku")

<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="ko_KR" sourcelanguage="en">
    <context>
        <name>BotActs</name>
        <message>
            <source>Clone…</source>
            <translation>복제…</translation>
        </message>
        <message>
            <source>Delete</source>
            <translation>삭제</translation>
        </message>
        <message>
            <source>Edit…</source>
            <translation>수정…</translation>
        </message>
        <message>
            <source>New grid…</source>
            <translation>새 그리드…</translation>
        </message>
        <message>
            <source>Pause</source>
            <translation>일시정지</translation>
        </message>
        <message>
            <source>Start</source>
            <translation>시작</translation>
        </message>
        <message>
            <source>Stop and keep</source>
            <translation>정지(보유)</translation>
        </message>
        <message>
            <source>Stop and sell</source>
            <translation>정지(매도)</translation>
        </message>
        <message>
            <source>Undo</source>
            <translation>되돌리기</translation>
        </message>
        <message>
            <source>{bot} was deleted; its history stays.</source>
            <translation>{bot} 봇을 삭제했습니다. 기록은 남아 있습니다.</translation>
        </message>
    </context>
    <context>
        <name>BotFilter</name>
        <message>
            <source>Only the chosen bot</source>
            <translation>선택한 봇만</translation>
        </message>
        <message>
            <source>Only {bot}</source>
            <translation>{bot} 봇만</translation>
        </message>
    </context>
    <context>
        <name>BotsPanel</name>
        <message>
            <source>Start a demo grid on the simulated market</source>
            <translation>시뮬레이션 시장에서 데모 그리드 시작</translation>
        </message>
        <message>
            <source>There is no bot yet. A grid bot buys low and sells high between two prices you choose.</source>
            <translation>아직 봇이 없습니다. 그리드 봇은 정해 둔 두 가격 사이에서 싸게 사고 비싸게 팝니다.</translation>
        </message>
    </context>
    <context>
        <name>Bridge</name>
        <message>
            <source>The engine stopped before it answered; look at the state, then ask again.</source>
            <translation>엔진이 응답하기 전에 멈췄습니다. 상태를 확인한 뒤 다시 시도하십시오.</translation>
        </message>
    </context>
    <context>
        <name>CommandPalette</name>
        <message>
            <source>Type an act or a bot</source>
            <translation>명령이나 봇 이름을 입력하십시오</translation>
        </message>
    </context>
    <context>
        <name>DemoStart</name>
        <message>
            <source>Demo grid</source>
            <translation>데모 그리드</translation>
        </message>
        <message>
            <source>Demo grid {number}</source>
            <translation>데모 그리드 {number}</translation>
        </message>
        <message>
            <source>The demo found no grid that pays at the present price; add one yourself.</source>
            <translation>현재 가격에서 수익이 나는 데모 그리드를 찾지 못했습니다. 직접 만들어 주십시오.</translation>
        </message>
        <message>
            <source>The simulated market gave no price within 20 seconds; look at the log, then try again.</source>
            <translation>시뮬레이션 시장에서 20초 동안 가격이 오지 않았습니다. 로그를 확인한 뒤 다시 시도하십시오.</translation>
        </message>
    </context>
    <context>
        <name>Desktop</name>
        <message>
            <source>Stopping: resting orders are handled and everything is written down, then the window closes.</source>
            <translation>종료 중입니다. 대기 주문을 정리하고 모두 기록한 뒤 창을 닫습니다.</translation>
        </message>
    </context>
    <context>
        <name>DockTitle</name>
        <message>
            <source>Close this panel</source>
            <translation>이 패널 닫기</translation>
        </message>
        <message>
            <source>Float or dock</source>
            <translation>분리 또는 고정</translation>
        </message>
    </context>
    <context>
        <name>EquityPanel</name>
        <message>
            <source>Closed</source>
            <translation>실현</translation>
        </message>
        <message>
            <source>Equity</source>
            <translation>자산</translation>
        </message>
        <message>
            <source>Equity chart</source>
            <translation>자산 차트</translation>
        </message>
        <message>
            <source>Matched</source>
            <translation>실현 수익</translation>
        </message>
        <message>
            <source>Profit</source>
            <translation>수익</translation>
        </message>
        <message>
            <source>The curve's past cannot be read: {reason}</source>
            <translation>과거 자산 곡선을 읽을 수 없습니다: {reason}</translation>
        </message>
        <message>
            <source>The profit of a running bot is drawn here from its first fill on.</source>
            <translation>실행 중인 봇의 수익이 첫 체결부터 여기에 그려집니다.</translation>
        </message>
        <message>
            <source>Total</source>
            <translation>합계</translation>
        </message>
    </context>
    <context>
        <name>FillsPanel</name>
        <message>
            <source>Nothing was bought or sold yet; every execution appears here.</source>
            <translation>아직 체결이 없습니다. 모든 체결이 여기에 표시됩니다.</translation>
        </message>
    </context>
    <context>
        <name>GridChart</name>
        <message>
            <source>Market of the last weeks</source>
            <translation>최근 몇 주의 시장</translation>
        </message>
        <message>
            <source>Older candles cannot be read: {reason}</source>
            <translation>이전 캔들을 읽을 수 없습니다: {reason}</translation>
        </message>
    </context>
    <context>
        <name>GridDialog</name>
        <message>
            <source>Add</source>
            <translation>추가</translation>
        </message>
        <message>
            <source>Add and start</source>
            <translation>추가하고 시작</translation>
        </message>
        <message>
            <source>Apply</source>
            <translation>적용</translation>
        </message>
        <message>
            <source>Cancel</source>
            <translation>취소</translation>
        </message>
        <message>
            <source>Edit {bot}</source>
            <translation>{bot} 수정</translation>
        </message>
        <message>
            <source>For a suggestion the market needs two days of candles on record.</source>
            <translation>추천하려면 이 시장의 캔들 기록이 이틀치 이상 필요합니다.</translation>
        </message>
        <message>
            <source>From {days} days of candles ({since} to {until}): 5 % of hourly lows lie under it, 5 % of hourly highs over it, and a step is about one average hour ({atr} {quote}). It would have closed {cycles} cycles then.</source>
            <translation>{days}일치 캔들({since}~{until}) 기준: 시간별 저가의 5 %가 범위 아래, 시간별 고가의 5 %가 범위 위에 있고, 한 칸은 평균 한 시간 변동폭({atr} {quote})에 가깝습니다. 그 기간에 {cycles}회 사이클이 완료되었을 것입니다.</translation>
        </message>
        <message>
            <source>New grid</source>
            <translation>새 그리드</translation>
        </message>
        <message>
            <source>New grid like {bot}</source>
            <translation>{bot} 복제</translation>
        </message>
        <message>
            <source>Suggest a range</source>
            <translation>범위 추천</translation>
        </message>
        <message>
            <source>{bot} copy</source>
            <translation>{bot} 사본</translation>
        </message>
        <message>
            <source>{symbol} grid</source>
            <translation>{symbol} 그리드</translation>
        </message>
    </context>
    <context>
        <name>GridFields</name>
        <message>
            <source>Allocation</source>
            <translation>배분</translation>
        </message>
        <message>
            <source>Equal percent (geometric)</source>
            <translation>등비 간격</translation>
        </message>
        <message>
            <source>Equal steps (arithmetic)</source>
            <translation>등차 간격</translation>
        </message>
        <message>
            <source>Investment</source>
            <translation>투자금</translation>
        </message>
        <message>
            <source>Lines</source>
            <translation>그리드 간격</translation>
        </message>
        <message>
            <source>Lower price</source>
            <translation>하한 가격</translation>
        </message>
        <message>
            <source>Lower stop</source>
            <translation>하한 정지</translation>
        </message>
        <message>
            <source>Market</source>
            <translation>시장</translation>
        </message>
        <message>
            <source>More</source>
            <translation>더 보기</translation>
        </message>
        <message>
            <source>Name</source>
            <translation>이름</translation>
        </message>
        <message>
            <source>Number</source>
            <translation>그리드 수</translation>
        </message>
        <message>
            <source>Put a rung's profit into its next buys</source>
            <translation>그리드 수익을 다음 매수에 재투자</translation>
        </message>
        <message>
            <source>Rest only, never take (post-only)</source>
            <translation>메이커 주문만 (post-only)</translation>
        </message>
        <message>
            <source>Same quantity on every rung</source>
            <translation>칸마다 같은 수량</translation>
        </message>
        <message>
            <source>Same value on every rung</source>
            <translation>칸마다 같은 금액</translation>
        </message>
        <message>
            <source>Size</source>
            <translation>주문 크기</translation>
        </message>
        <message>
            <source>Start at price</source>
            <translation>시작 가격</translation>
        </message>
        <message>
            <source>Stop loss</source>
            <translation>손절</translation>
        </message>
        <message>
            <source>Take profit</source>
            <translation>익절</translation>
        </message>
        <message>
            <source>Upper price</source>
            <translation>상한 가격</translation>
        </message>
        <message>
            <source>Upper stop</source>
            <translation>상한 정지</translation>
        </message>
        <message>
            <source>Use base the account already holds</source>
            <translation>계정이 보유한 코인 사용</translation>
        </message>
        <message>
            <source>What happens to the base the bot holds when this stop is reached.</source>
            <translation>이 조건에 닿았을 때 봇이 보유한 코인을 어떻게 할지 정합니다.</translation>
        </message>
        <message>
            <source>at once</source>
            <translation>즉시</translation>
        </message>
        <message>
            <source>investment over equity</source>
            <translation>투자금 ÷ 자산</translation>
        </message>
        <message>
            <source>none</source>
            <translation>없음</translation>
        </message>
        <message>
            <source>then keep</source>
            <translation>후 보유</translation>
        </message>
        <message>
            <source>then sell</source>
            <translation>후 매도</translation>
        </message>
    </context>
    <context>
        <name>GridForm</name>
        <message>
            <source>Now {price}; prices move in steps of {step}.</source>
            <translation>현재가 {price}, 호가 단위 {step}.</translation>
        </message>
        <message>
            <source>The account holds {base} free.</source>
            <translation>계정에 {base} 사용 가능.</translation>
        </message>
        <message>
            <source>grids</source>
            <translation>개</translation>
        </message>
        <message>
            <source>{free} {quote} are free; each order must reach {least} {quote}.</source>
            <translation>사용 가능 {free} {quote}, 주문당 최소 {least} {quote}.</translation>
        </message>
        <message>
            <source>{minimum} to {maximum}; the venue lets {orders} orders rest.</source>
            <translation>{minimum}~{maximum}개, 거래소 대기 주문 한도 {orders}건.</translation>
        </message>
    </context>
    <context>
        <name>GridSummary</name>
        <message>
            <source>Capital needed</source>
            <translation>필요 자금</translation>
        </message>
        <message>
            <source>Fees of the start</source>
            <translation>시작 수수료</translation>
        </message>
        <message>
            <source>Orders now</source>
            <translation>지금 나갈 주문</translation>
        </message>
        <message>
            <source>Profit per rung</source>
            <translation>칸당 수익</translation>
        </message>
        <message>
            <source>after buying {base}</source>
            <translation>{base} 매수 후</translation>
        </message>
        <message>
            <source>and {base} held</source>
            <translation>및 보유 {base}</translation>
        </message>
        <message>
            <source>for base bought or sold</source>
            <translation>매수·매도한 코인 기준</translation>
        </message>
        <message>
            <source>nothing is bought first</source>
            <translation>먼저 매수하지 않음</translation>
        </message>
        <message>
            <source>{buys} buys, {sells} sells</source>
            <translation>매수 {buys}건, 매도 {sells}건</translation>
        </message>
        <message>
            <source>{low} to {high}</source>
            <translation>{low} ~ {high}</translation>
        </message>
    </context>
    <context>
        <name>LadderPanel</name>
        <message>
            <source>Changing to the new ladder: old orders go, base is bought or sold to fit.</source>
            <translation>새 그리드로 변경 중: 기존 주문을 취소하고 수량을 맞춥니다.</translation>
        </message>
        <message>
            <source>Choose a bot, or make a new grid, to see its ladder here.</source>
            <translation>봇을 선택하거나 새 그리드를 만들면 사다리가 여기에 표시됩니다.</translation>
        </message>
        <message>
            <source>New grid...</source>
            <translation>새 그리드…</translation>
        </message>
        <message>
            <source>Not started: this is the ladder as planned at the present price.</source>
            <translation>시작 전: 현재 가격 기준으로 계획한 사다리입니다.</translation>
        </message>
        <message>
            <source>Not traded until you have looked: the log says what happened.</source>
            <translation>확인할 때까지 거래하지 않습니다. 무슨 일이 있었는지는 로그에 있습니다.</translation>
        </message>
        <message>
            <source>Paused: nothing rests on the venue, every rung is kept as it is.</source>
            <translation>일시정지: 거래소에 대기 주문이 없으며 모든 칸은 그대로 유지됩니다.</translation>
        </message>
        <message>
            <source>Rungs</source>
            <translation>그리드 칸</translation>
        </message>
        <message>
            <source>Starting: the first base is being bought, then the ladder is placed.</source>
            <translation>시작 중: 첫 물량을 매수한 뒤 주문을 배치합니다.</translation>
        </message>
        <message>
            <source>Stopping: the orders are being cancelled.</source>
            <translation>정지 중: 주문을 취소하고 있습니다.</translation>
        </message>
        <message>
            <source>Waiting for the trigger price: this is the ladder as planned.</source>
            <translation>시작 가격 대기 중: 계획한 사다리입니다.</translation>
        </message>
    </context>
    <context>
        <name>LadderView</name>
        <message>
            <source>Ladder</source>
            <translation>사다리</translation>
        </message>
    </context>
    <context>
        <name>LogPanel</name>
        <message>
            <source>All levels</source>
            <translation>모든 단계</translation>
        </message>
        <message>
            <source>Errors only</source>
            <translation>오류만</translation>
        </message>
        <message>
            <source>Look and errors</source>
            <translation>주의와 오류</translation>
        </message>
        <message>
            <source>Nothing happened yet; every decision of a bot is written here.</source>
            <translation>아직 기록이 없습니다. 봇의 모든 결정이 여기에 남습니다.</translation>
        </message>
    </context>
    <context>
        <name>MainWindow</name>
        <message>
            <source>Bot {name}, {symbol}</source>
            <translation>봇 {name}, {symbol}</translation>
        </message>
        <message>
            <source>Bots</source>
            <translation>봇</translation>
        </message>
        <message>
            <source>Equity</source>
            <translation>자산</translation>
        </message>
        <message>
            <source>Fills</source>
            <translation>체결</translation>
        </message>
        <message>
            <source>LIVE</source>
            <translation>실거래</translation>
        </message>
        <message>
            <source>Ladder</source>
            <translation>사다리</translation>
        </message>
        <message>
            <source>Log</source>
            <translation>로그</translation>
        </message>
        <message>
            <source>Markets</source>
            <translation>시장</translation>
        </message>
        <message>
            <source>Open orders</source>
            <translation>미체결 주문</translation>
        </message>
        <message>
            <source>Positions</source>
            <translation>포지션</translation>
        </message>
        <message>
            <source>Price</source>
            <translation>가격</translation>
        </message>
    </context>
    <context>
        <name>MarketsPanel</name>
        <message>
            <source>No market is connected; a recorded file plays a market back at any speed.</source>
            <translation>연결된 시장이 없습니다. 기록 파일을 열면 원하는 속도로 시장을 재생합니다.</translation>
        </message>
        <message>
            <source>Open a recorded file…</source>
            <translation>기록 파일 열기…</translation>
        </message>
    </context>
    <context>
        <name>Openings</name>
        <message>
            <source>Connecting to {name}…</source>
            <translation>{name}에 연결하는 중…</translation>
        </message>
        <message>
            <source>New grid…</source>
            <translation>새 그리드…</translation>
        </message>
        <message>
            <source>Reading {name}…</source>
            <translation>{name} 읽는 중…</translation>
        </message>
        <message>
            <source>{name} is live, with paper money. Add a grid to trade on it.</source>
            <translation>{name}이(가) 모의 자금으로 연결되었습니다. 그리드를 추가해 거래하세요.</translation>
        </message>
        <message>
            <source>{name} is playing. Add a grid to trade on it.</source>
            <translation>{name} 재생 중입니다. 그리드를 추가해 거래해 보십시오.</translation>
        </message>
    </context>
    <context>
        <name>OrdersPanel</name>
        <message>
            <source>No order rests on a venue now.</source>
            <translation>지금 거래소에 대기 중인 주문이 없습니다.</translation>
        </message>
    </context>
    <context>
        <name>PaceBar</name>
        <message>
            <source>As fast as possible</source>
            <translation>최대 속도</translation>
        </message>
        <message>
            <source>Choose a market to play, pause or speed it up.</source>
            <translation>시장을 선택하면 재생, 일시정지, 배속을 조절할 수 있습니다.</translation>
        </message>
        <message>
            <source>Pause</source>
            <translation>일시정지</translation>
        </message>
        <message>
            <source>Play</source>
            <translation>재생</translation>
        </message>
        <message>
            <source>Real time</source>
            <translation>실시간</translation>
        </message>
        <message>
            <source>{venue} is a live market; its time is not ours to set.</source>
            <translation>{venue} 시장은 실시간이라 속도를 바꿀 수 없습니다.</translation>
        </message>
    </context>
    <context>
        <name>PaperDialog</name>
        <message>
            <source>Cancel</source>
            <translation>취소</translation>
        </message>
        <message>
            <source>Exchange</source>
            <translation>거래소</translation>
        </message>
        <message>
            <source>Its live market, with paper money: nothing is ever ordered there, and no key is needed.</source>
            <translation>모의 자금으로 거래하는 실시간 시장입니다. 실제 주문은 전송되지 않으며 키도 필요 없습니다.</translation>
        </message>
        <message>
            <source>Open</source>
            <translation>열기</translation>
        </message>
        <message>
            <source>Open a paper account</source>
            <translation>모의 계좌 열기</translation>
        </message>
        <message>
            <source>Starting cash</source>
            <translation>시작 자금</translation>
        </message>
        <message>
            <source>Starting cash must be a number above 0.</source>
            <translation>시작 자금은 0보다 큰 숫자여야 합니다.</translation>
        </message>
        <message>
            <source>Symbol</source>
            <translation>심볼</translation>
        </message>
        <message>
            <source>Write it as BASE/QUOTE, such as XRP/KRW.</source>
            <translation>XRP/KRW처럼 기초/상대 형식으로 입력하세요.</translation>
        </message>
        <message>
            <source>the usual amount</source>
            <translation>기본 금액</translation>
        </message>
    </context>
    <context>
        <name>PositionsPanel</name>
        <message>
            <source>No bot holds anything now.</source>
            <translation>지금 보유 중인 봇이 없습니다.</translation>
        </message>
    </context>
    <context>
        <name>PricePanel</name>
        <message>
            <source>Bars of {length}</source>
            <translation>{length} 봉</translation>
        </message>
        <message>
            <source>Follow the market again (End)</source>
            <translation>시장 다시 따라가기 (End)</translation>
        </message>
        <message>
            <source>Older candles cannot be read: {reason}</source>
            <translation>이전 캔들을 읽을 수 없습니다: {reason}</translation>
        </message>
        <message>
            <source>Price chart</source>
            <translation>가격 차트</translation>
        </message>
        <message>
            <source>Start a demo grid or open a recorded file to see the price of its market here.</source>
            <translation>데모 그리드를 시작하거나 기록 파일을 열면 시장 가격이 여기에 표시됩니다.</translation>
        </message>
        <message>
            <source>The last price is {age} old.</source>
            <translation>마지막 가격이 {age} 전 것입니다.</translation>
        </message>
        <message>
            <source>The recording has ended.</source>
            <translation>기록 재생이 끝났습니다.</translation>
        </message>
        <message>
            <source>To the newest bar</source>
            <translation>최신 봉으로</translation>
        </message>
        <message>
            <source>{symbol} has had no price yet.</source>
            <translation>{symbol} 가격이 아직 없습니다.</translation>
        </message>
    </context>
    <context>
        <name>RecordingDialog</name>
        <message>
            <source>As fast as possible</source>
            <translation>최대 속도</translation>
        </message>
        <message>
            <source>As the file's name says</source>
            <translation>파일 이름에 따름</translation>
        </message>
        <message>
            <source>Browse...</source>
            <translation>찾아보기…</translation>
        </message>
        <message>
            <source>Cancel</source>
            <translation>취소</translation>
        </message>
        <message>
            <source>File</source>
            <translation>파일</translation>
        </message>
        <message>
            <source>For example XRP/KRW; a file named upbit_XRP-KRW_1m says it itself.</source>
            <translation>예: XRP/KRW. upbit_XRP-KRW_1m 같은 파일 이름이면 자동으로 정해집니다.</translation>
        </message>
        <message>
            <source>In base</source>
            <translation>코인 수량 기준</translation>
        </message>
        <message>
            <source>In quote</source>
            <translation>금액 기준</translation>
        </message>
        <message>
            <source>Open</source>
            <translation>열기</translation>
        </message>
        <message>
            <source>Open a recorded market</source>
            <translation>기록된 시장 열기</translation>
        </message>
        <message>
            <source>Parquet or CSV with ts, open, high, low, close, volume</source>
            <translation>ts, open, high, low, close, volume 열이 있는 Parquet 또는 CSV</translation>
        </message>
        <message>
            <source>Real time</source>
            <translation>실시간</translation>
        </message>
        <message>
            <source>Recorded markets ({endings})</source>
            <translation>시장 기록 ({endings})</translation>
        </message>
        <message>
            <source>Speed</source>
            <translation>속도</translation>
        </message>
        <message>
            <source>Starting cash</source>
            <translation>시작 자금</translation>
        </message>
        <message>
            <source>Starting cash must be a number above 0.</source>
            <translation>시작 자금은 0보다 큰 숫자여야 합니다.</translation>
        </message>
        <message>
            <source>Symbol</source>
            <translation>종목</translation>
        </message>
        <message>
            <source>There is no such file.</source>
            <translation>그런 파일이 없습니다.</translation>
        </message>
        <message>
            <source>Venue rules</source>
            <translation>거래소 규칙</translation>
        </message>
        <message>
            <source>Volume</source>
            <translation>거래량 단위</translation>
        </message>
        <message>
            <source>as the file's name says</source>
            <translation>파일 이름에 따름</translation>
        </message>
        <message>
            <source>the usual amount</source>
            <translation>기본 금액</translation>
        </message>
        <message>
            <source>{count} times</source>
            <translation>{count}배</translation>
        </message>
    </context>
    <context>
        <name>StatusLine</name>
        <message>
            <source>Cache</source>
            <translation>캐시</translation>
        </message>
        <message>
            <source>Database</source>
            <translation>데이터베이스</translation>
        </message>
        <message>
            <source>Engine</source>
            <translation>엔진</translation>
        </message>
        <message>
            <source>Equity</source>
            <translation>자산</translation>
        </message>
        <message>
            <source>Feed</source>
            <translation>시세</translation>
        </message>
        <message>
            <source>Halt all</source>
            <translation>전체 중단</translation>
        </message>
        <message>
            <source>Resume trading</source>
            <translation>거래 재개</translation>
        </message>
        <message>
            <source>Today</source>
            <translation>오늘</translation>
        </message>
        <message>
            <source>down</source>
            <translation>끊김</translation>
        </message>
        <message>
            <source>ended</source>
            <translation>종료</translation>
        </message>
        <message>
            <source>up</source>
            <translation>정상</translation>
        </message>
        <message>
            <source>{count} records are waiting to be written.</source>
            <translation>기록 {count}건이 저장을 기다리고 있습니다.</translation>
        </message>
    </context>
    <context>
        <name>Strip</name>
        <message>
            <source>Close (Esc)</source>
            <translation>닫기 (Esc)</translation>
        </message>
    </context>
    <context>
        <name>TopBar</name>
        <message>
            <source>Menu</source>
            <translation>메뉴</translation>
        </message>
    </context>
    <context>
        <name>WelcomeStrip</name>
        <message>
            <source>Close</source>
            <translation>닫기</translation>
        </message>
        <message>
            <source>Open a recorded file…</source>
            <translation>기록 파일 열기…</translation>
        </message>
        <message>
            <source>Start a demo grid on the simulated market</source>
            <translation>시뮬레이션 시장에서 데모 그리드 시작</translation>
        </message>
        <message>
            <source>Welcome. No exchange and no money is needed to try it: start a demo, or play back a recorded market.</source>
            <translation>환영합니다. 거래소 계정이나 돈 없이 바로 써 볼 수 있습니다. 데모를 시작하거나 기록된 시장을 재생하십시오.</translation>
        </message>
    </context>
    <context>
        <name>WindowActs</name>
        <message>
            <source>All commands…</source>
            <translation>모든 명령…</translation>
        </message>
        <message>
            <source>Blue up, orange down</source>
            <translation>파랑 상승, 주황 하락</translation>
        </message>
        <message>
            <source>Close the message</source>
            <translation>메시지 닫기</translation>
        </message>
        <message>
            <source>Dark</source>
            <translation>어둡게</translation>
        </message>
        <message>
            <source>Green up, red down</source>
            <translation>초록 상승, 빨강 하락</translation>
        </message>
        <message>
            <source>Halt all</source>
            <translation>전체 중단</translation>
        </message>
        <message>
            <source>Language</source>
            <translation>언어</translation>
        </message>
        <message>
            <source>Layout</source>
            <translation>배치</translation>
        </message>
        <message>
            <source>Light</source>
            <translation>밝게</translation>
        </message>
        <message>
            <source>Look</source>
            <translation>화면</translation>
        </message>
        <message>
            <source>Open a paper account…</source>
            <translation>모의 계좌 열기…</translation>
        </message>
        <message>
            <source>Open a recorded file…</source>
            <translation>기록 파일 열기…</translation>
        </message>
        <message>
            <source>Panel {name}</source>
            <translation>패널 {name}</translation>
        </message>
        <message>
            <source>Quit</source>
            <translation>종료</translation>
        </message>
        <message>
            <source>Red up, blue down</source>
            <translation>빨강 상승, 파랑 하락</translation>
        </message>
        <message>
            <source>Reset this layout</source>
            <translation>이 배치 초기화</translation>
        </message>
        <message>
            <source>Resume trading</source>
            <translation>거래 재개</translation>
        </message>
        <message>
            <source>Start a demo grid</source>
            <translation>데모 그리드 시작</translation>
        </message>
        <message>
            <source>Switch between dark and light</source>
            <translation>어둡게/밝게 전환</translation>
        </message>
        <message>
            <source>Workspace {name}</source>
            <translation>작업 화면 {name}</translation>
        </message>
    </context>
    <context>
        <name>age</name>
        <message>
            <source>ended</source>
            <translation>종료</translation>
        </message>
        <message>
            <source>{count} d</source>
            <translation>{count}일</translation>
        </message>
        <message>
            <source>{count} h</source>
            <translation>{count}시간</translation>
        </message>
        <message>
            <source>{count} min</source>
            <translation>{count}분</translation>
        </message>
        <message>
            <source>{count} s</source>
            <translation>{count}초</translation>
        </message>
    </context>
    <context>
        <name>bot state</name>
        <message>
            <source>Error</source>
            <translation>오류</translation>
        </message>
        <message>
            <source>Paused</source>
            <translation>일시정지</translation>
        </message>
        <message>
            <source>Rebalancing</source>
            <translation>재조정</translation>
        </message>
        <message>
            <source>Running</source>
            <translation>실행 중</translation>
        </message>
        <message>
            <source>Starting</source>
            <translation>시작 중</translation>
        </message>
        <message>
            <source>Stopped</source>
            <translation>정지</translation>
        </message>
        <message>
            <source>Stopping</source>
            <translation>정지 중</translation>
        </message>
        <message>
            <source>Waiting</source>
            <translation>대기</translation>
        </message>
    </context>
    <context>
        <name>cache</name>
        <message>
            <source>In this program</source>
            <translation>프로그램 안</translation>
        </message>
        <message>
            <source>Redis server</source>
            <translation>Redis 서버</translation>
        </message>
    </context>
    <context>
        <name>charts</name>
        <message>
            <source>Average entry</source>
            <translation>평균 단가</translation>
        </message>
        <message>
            <source>C</source>
            <translation>종</translation>
        </message>
        <message>
            <source>H</source>
            <translation>고</translation>
        </message>
        <message>
            <source>L</source>
            <translation>저</translation>
        </message>
        <message>
            <source>Lower stop</source>
            <translation>하한 정지</translation>
        </message>
        <message>
            <source>O</source>
            <translation>시</translation>
        </message>
        <message>
            <source>Trigger</source>
            <translation>시작 가격</translation>
        </message>
        <message>
            <source>Upper stop</source>
            <translation>상한 정지</translation>
        </message>
        <message>
            <source>Vol</source>
            <translation>거래량</translation>
        </message>
    </context>
    <context>
        <name>columns</name>
        <message>
            <source>APR</source>
            <translation>연수익률</translation>
        </message>
        <message>
            <source>Age</source>
            <translation>경과</translation>
        </message>
        <message>
            <source>Allocation</source>
            <translation>배분</translation>
        </message>
        <message>
            <source>As</source>
            <translation>구분</translation>
        </message>
        <message>
            <source>Ask</source>
            <translation>매도호가</translation>
        </message>
        <message>
            <source>Average entry</source>
            <translation>평균 단가</translation>
        </message>
        <message>
            <source>Bid</source>
            <translation>매수호가</translation>
        </message>
        <message>
            <source>Bot</source>
            <translation>봇</translation>
        </message>
        <message>
            <source>Cycles a day</source>
            <translation>일 사이클</translation>
        </message>
        <message>
            <source>Fee</source>
            <translation>수수료</translation>
        </message>
        <message>
            <source>Filled</source>
            <translation>체결량</translation>
        </message>
        <message>
            <source>Floating PnL</source>
            <translation>평가 손익</translation>
        </message>
        <message>
            <source>For</source>
            <translation>용도</translation>
        </message>
        <message>
            <source>Last</source>
            <translation>현재가</translation>
        </message>
        <message>
            <source>Last event</source>
            <translation>최근 기록</translation>
        </message>
        <message>
            <source>Level</source>
            <translation>단계</translation>
        </message>
        <message>
            <source>Mark</source>
            <translation>평가 가격</translation>
        </message>
        <message>
            <source>Market time</source>
            <translation>시장 시각</translation>
        </message>
        <message>
            <source>Matched profit</source>
            <translation>실현 수익</translation>
        </message>
        <message>
            <source>Money</source>
            <translation>구분</translation>
        </message>
        <message>
            <source>Pace</source>
            <translation>배속</translation>
        </message>
        <message>
            <source>Price</source>
            <translation>가격</translation>
        </message>
        <message>
            <source>Quantity</source>
            <translation>수량</translation>
        </message>
        <message>
            <source>Realised PnL</source>
            <translation>실현 손익</translation>
        </message>
        <message>
            <source>Side</source>
            <translation>방향</translation>
        </message>
        <message>
            <source>State</source>
            <translation>상태</translation>
        </message>
        <message>
            <source>Symbol</source>
            <translation>종목</translation>
        </message>
        <message>
            <source>Time</source>
            <translation>시각</translation>
        </message>
        <message>
            <source>Total PnL</source>
            <translation>총 손익</translation>
        </message>
        <message>
            <source>Type</source>
            <translation>유형</translation>
        </message>
        <message>
            <source>Unrealised PnL</source>
            <translation>미실현 손익</translation>
        </message>
        <message>
            <source>Value</source>
            <translation>금액</translation>
        </message>
        <message>
            <source>Venue</source>
            <translation>거래소</translation>
        </message>
        <message>
            <source>What happened</source>
            <translation>내용</translation>
        </message>
    </context>
    <context>
        <name>engine</name>
        <message>
            <source>A bot id is 8 of the characters a-z and 0-9, not {bot}.</source>
            <translation>봇 ID는 a-z와 0-9 중 8글자여야 합니다: {bot}</translation>
        </message>
        <message>
            <source>A bot needs a name.</source>
            <translation>봇 이름이 필요합니다.</translation>
        </message>
        <message>
            <source>A bot with the id {bot} exists already.</source>
            <translation>ID가 {bot}인 봇이 이미 있습니다.</translation>
        </message>
        <message>
            <source>A bot's name has at most {maximum} characters.</source>
            <translation>봇 이름은 최대 {maximum}글자입니다.</translation>
        </message>
        <message>
            <source>A cycle bought at {buy} and sold at {sell} would lose {loss} {quote} after fees; use fewer grids or a wider range.</source>
            <translation>{buy}에 매수해 {sell}에 매도하면 수수료를 빼고 {loss} {quote} 손실입니다. 그리드 수를 줄이거나 범위를 넓히십시오.</translation>
        </message>
        <message>
            <source>A paper account needs starting cash in {quote}.</source>
            <translation>모의 계정에는 {quote} 시작 자금이 필요합니다.</translation>
        </message>
        <message>
            <source>A post-only order at {price} would trade at once against {opposite}.</source>
            <translation>{price}의 post-only 주문은 {opposite}에 바로 체결됩니다.</translation>
        </message>
        <message>
            <source>Added with {count} grids from {lower} to {upper} {quote}.</source>
            <translation>{lower}~{upper} {quote} 범위에 그리드 {count}개로 추가했습니다.</translation>
        </message>
        <message>
            <source>An order of {quantity} {base} is above the venue's maximum of {maximum} {base}.</source>
            <translation>주문 수량 {quantity} {base}는 거래소 최대치 {maximum} {base}를 넘습니다.</translation>
        </message>
        <message>
            <source>An order was not sent: {cause}</source>
            <translation>주문을 보내지 않았습니다: {cause}</translation>
        </message>
        <message>
            <source>Another bot is already called {name}.</source>
            <translation>{name} 이름의 봇이 이미 있습니다.</translation>
        </message>
        <message>
            <source>Another program has taken over this desk's bots, so this one stopped trading.</source>
            <translation>다른 프로그램이 이 데스크의 봇을 넘겨받아 여기서는 거래를 멈췄습니다.</translation>
        </message>
        <message>
            <source>Bought {quantity} {asset} at {price} for the rungs above the price.</source>
            <translation>현재가 위 칸들을 위해 {quantity} {asset} 매수, 가격 {price}.</translation>
        </message>
        <message>
            <source>Bought {quantity} {asset} at {price} on rung {rung}.</source>
            <translation>{rung}번 칸에서 {quantity} {asset} 매수, 가격 {price}.</translation>
        </message>
        <message>
            <source>Each order must be at least {minimum} {base}; with {count} grids invest at least {needed} {quote}.</source>
            <translation>주문당 최소 수량은 {minimum} {base}입니다. 그리드 {count}개라면 최소 {needed} {quote}를 투자하십시오.</translation>
        </message>
        <message>
            <source>Each order must reach {minimum} {quote}; with {count} grids invest at least {needed} {quote}.</source>
            <translation>주문당 최소 금액은 {minimum} {quote}입니다. 그리드 {count}개라면 최소 {needed} {quote}를 투자하십시오.</translation>
        </message>
        <message>
            <source>Everything is halted: resting orders are cancelled, nothing new is sent.</source>
            <translation>전체 중단: 대기 주문을 모두 취소했고 새 주문을 보내지 않습니다.</translation>
        </message>
        <message>
            <source>Lower stop {limit} reached at {price}.</source>
            <translation>하한 정지 {limit} 도달, 가격 {price}.</translation>
        </message>
        <message>
            <source>New ladder: {count} grids from {lower} to {upper} {quote}; resting orders are cancelled first.</source>
            <translation>새 그리드: {lower}~{upper} {quote}, {count}개. 대기 주문을 먼저 취소합니다.</translation>
        </message>
        <message>
            <source>Nobody knows whether the order {order} arrived ({text}); the venue is asked, nothing is sent again.</source>
            <translation>주문 {order}의 도착 여부를 알 수 없어({text}) 거래소에 확인 중이며, 다시 보내지 않습니다.</translation>
        </message>
        <message>
            <source>Not started: {cause}</source>
            <translation>시작하지 않음: {cause}</translation>
        </message>
        <message>
            <source>Not traded until you look: {cause}</source>
            <translation>확인할 때까지 거래하지 않음: {cause}</translation>
        </message>
        <message>
            <source>Paused; resting orders are cancelled, {base} {asset} stay.</source>
            <translation>일시정지: 대기 주문을 취소했고 {base} {asset}는 그대로 보유합니다.</translation>
        </message>
        <message>
            <source>Reconciled with {account}: {orders} orders checked, {fills} fills brought in.</source>
            <translation>{account} 대조 완료: 주문 {orders}건 확인, 체결 {fills}건 반영.</translation>
        </message>
        <message>
            <source>Removed.</source>
            <translation>삭제했습니다.</translation>
        </message>
        <message>
            <source>Restored.</source>
            <translation>복원했습니다.</translation>
        </message>
        <message>
            <source>Resumed.</source>
            <translation>다시 시작했습니다.</translation>
        </message>
        <message>
            <source>Row {row} of {file} cannot be read ({cause}).</source>
            <translation>{file}의 {row}행을 읽을 수 없습니다 ({cause}).</translation>
        </message>
        <message>
            <source>Row {row} of {file} has the same time as the row before it.</source>
            <translation>{file}의 {row}행이 앞 행과 같은 시각입니다.</translation>
        </message>
        <message>
            <source>Row {row} of {file} is older than the row before it.</source>
            <translation>{file}의 {row}행이 앞 행보다 이전 시각입니다.</translation>
        </message>
        <message>
            <source>Row {row} of {file}: bid {bid} is above ask {ask}.</source>
            <translation>{file}의 {row}행: 매수호가 {bid}가 매도호가 {ask}보다 높습니다.</translation>
        </message>
        <message>
            <source>Row {row} of {file}: high {high} is below low {low}.</source>
            <translation>{file}의 {row}행: 고가 {high}가 저가 {low}보다 낮습니다.</translation>
        </message>
        <message>
            <source>Row {row} of {file}: side is {value}; it must be buy or sell.</source>
            <translation>{file}의 {row}행: side가 {value}입니다. buy 또는 sell이어야 합니다.</translation>
        </message>
        <message>
            <source>Row {row} of {file}: ts is {value}, which is not a time.</source>
            <translation>{file}의 {row}행: ts 값 {value}는 시각이 아닙니다.</translation>
        </message>
        <message>
            <source>Row {row} of {file}: {column} is {value}, which is not a number.</source>
            <translation>{file}의 {row}행: {column} 값 {value}는 숫자가 아닙니다.</translation>
        </message>
        <message>
            <source>Row {row} of {file}: {column} is {value}; it must be above 0.</source>
            <translation>{file}의 {row}행: {column} 값 {value}는 0보다 커야 합니다.</translation>
        </message>
        <message>
            <source>Row {row} of {file}: {column} is {value}; it must not be negative.</source>
            <translation>{file}의 {row}행: {column} 값 {value}는 음수일 수 없습니다.</translation>
        </message>
        <message>
            <source>Row {row} of {file}: {column} {value} lies outside low {low} and high {high}.</source>
            <translation>{file}의 {row}행: {column} {value}가 저가 {low}와 고가 {high} 범위를 벗어납니다.</translation>
        </message>
        <message>
            <source>Rung {rung} closed cycle {cycle}: {profit} {quote} after fees.</source>
            <translation>{rung}번 칸 {cycle}회차 완료: 수수료 차감 후 {profit} {quote}.</translation>
        </message>
        <message>
            <source>Rung {rung} waits: its order at {price} would trade at once.</source>
            <translation>{rung}번 칸 대기: {price} 주문이 바로 체결될 가격입니다.</translation>
        </message>
        <message>
            <source>Settings changed.</source>
            <translation>설정을 변경했습니다.</translation>
        </message>
        <message>
            <source>Sold {quantity} {asset} at {price} on rung {rung}.</source>
            <translation>{rung}번 칸에서 {quantity} {asset} 매도, 가격 {price}.</translation>
        </message>
        <message>
            <source>Sold {quantity} {asset} at {price} that the new ladder does not need.</source>
            <translation>새 그리드에 필요 없는 {quantity} {asset} 매도, 가격 {price}.</translation>
        </message>
        <message>
            <source>Sold {quantity} {asset} at {price} to close the bot.</source>
            <translation>봇 종료를 위해 {quantity} {asset} 매도, 가격 {price}.</translation>
        </message>
        <message>
            <source>Started at {price} {quote}: {buys} rungs buy, {sells} rungs hold.</source>
            <translation>{price} {quote}에서 시작: 매수 {buys}칸, 보유 {sells}칸.</translation>
        </message>
        <message>
            <source>Stop loss reached: the PnL {pnl} is at the limit {limit} {quote}.</source>
            <translation>손절 도달: 손익 {pnl}, 한도 {limit} {quote}.</translation>
        </message>
        <message>
            <source>Stopped with a PnL of {pnl} {quote}.</source>
            <translation>정지했습니다. 손익 {pnl} {quote}.</translation>
        </message>
        <message>
            <source>Stopping; {base} {asset} are kept.</source>
            <translation>정지 중: {base} {asset}는 보유합니다.</translation>
        </message>
        <message>
            <source>Stopping; {base} {asset} will be sold.</source>
            <translation>정지 중: {base} {asset}를 매도합니다.</translation>
        </message>
        <message>
            <source>Take profit reached: the PnL {pnl} is at the limit {limit} {quote}.</source>
            <translation>익절 도달: 손익 {pnl}, 한도 {limit} {quote}.</translation>
        </message>
        <message>
            <source>The account already has {count} open orders, which is the most this venue allows.</source>
            <translation>이 계정의 미체결 주문이 이미 거래소 한도인 {count}건입니다.</translation>
        </message>
        <message>
            <source>The account {account} is connected.</source>
            <translation>계정 {account} 연결됨.</translation>
        </message>
        <message>
            <source>The allocation must be above 0 % and at most 100 %, not {percent} %.</source>
            <translation>배분은 0 % 초과 100 % 이하여야 합니다: {percent} %</translation>
        </message>
        <message>
            <source>The book of {venue} in {file} cannot be read or written ({cause}); nothing trades there now.</source>
            <translation>{file}에 있는 {venue} 장부를 읽거나 쓸 수 없어({cause}) 지금 그곳에서는 거래하지 않습니다.</translation>
        </message>
        <message>
            <source>The book of {venue} in {file} was written by a newer version of the program.</source>
            <translation>{file}에 있는 {venue} 장부는 더 새로운 버전의 프로그램이 쓴 것입니다.</translation>
        </message>
        <message>
            <source>The database does not answer, so nothing is sent; {count} facts are kept and written when it is back.</source>
            <translation>데이터베이스가 응답하지 않아 주문을 보내지 않습니다. 기록 {count}건은 보관했다가 복구되면 저장합니다.</translation>
        </message>
        <message>
            <source>The database is back; everything kept is written.</source>
            <translation>데이터베이스가 복구되어 보관한 기록을 모두 저장했습니다.</translation>
        </message>
        <message>
            <source>The engine ended before it answered; what was asked is done when it starts again.</source>
            <translation>엔진이 답하기 전에 종료되었습니다. 요청한 일은 다시 시작할 때 처리됩니다.</translation>
        </message>
        <message>
            <source>The engine runs with {bots} bots.</source>
            <translation>엔진이 봇 {bots}개로 실행 중입니다.</translation>
        </message>
        <message>
            <source>The file name {file} does not name its market as venue_BASE-QUOTE_timeframe; say which symbol it is.</source>
            <translation>파일 이름 {file}이 거래소_BASE-QUOTE_주기 형식이 아닙니다. 종목을 지정하십시오.</translation>
        </message>
        <message>
            <source>The file {file} cannot be read ({cause}).</source>
            <translation>파일 {file}을 읽을 수 없습니다 ({cause}).</translation>
        </message>
        <message>
            <source>The file {file} has no rows.</source>
            <translation>파일 {file}에 행이 없습니다.</translation>
        </message>
        <message>
            <source>The file {file} has the column {column} twice.</source>
            <translation>파일 {file}에 {column} 열이 두 번 있습니다.</translation>
        </message>
        <message>
            <source>The file {file} is neither Parquet, CSV nor a recorded stream (.jsonl, .jsonl.gz).</source>
            <translation>파일 {file}은 Parquet, CSV, 기록 스트림(.jsonl, .jsonl.gz)이 아닙니다.</translation>
        </message>
        <message>
            <source>The file {file} is not a complete Parquet file ({cause}).</source>
            <translation>파일 {file}은 온전한 Parquet 파일이 아닙니다 ({cause}).</translation>
        </message>
        <message>
            <source>The file {file} is not the one this session was opened with; its content has changed.</source>
            <translation>파일 {file}의 내용이 이 세션을 열 때와 다릅니다.</translation>
        </message>
        <message>
            <source>The file {file} is the book of {owner}, not of {venue}.</source>
            <translation>파일 {file}은 {venue}가 아니라 {owner}의 장부입니다.</translation>
        </message>
        <message>
            <source>The file {file} lacks the column {column}; it has {columns}.</source>
            <translation>파일 {file}에 {column} 열이 없습니다. 있는 열: {columns}.</translation>
        </message>
        <message>
            <source>The grid needs {needed} {quote}; {free} {quote} are free.</source>
            <translation>그리드에 {needed} {quote}가 필요하지만 사용 가능 금액은 {free} {quote}입니다.</translation>
        </message>
        <message>
            <source>The ladder holds {base} {asset}; its orders are placed.</source>
            <translation>{base} {asset}를 확보해 주문을 배치했습니다.</translation>
        </message>
        <message>
            <source>The line to {exchange} broke off.</source>
            <translation>{exchange}와의 연결이 끊어졌습니다.</translation>
        </message>
        <message>
            <source>The live feed of {venue} broke off ({cause}).</source>
            <translation>{venue} 실시간 시세가 끊겼습니다 ({cause}).</translation>
        </message>
        <message>
            <source>The lower price {lower} must be below the upper price {upper}.</source>
            <translation>하한 가격 {lower}는 상한 가격 {upper}보다 낮아야 합니다.</translation>
        </message>
        <message>
            <source>The lower stop {stop} is not below the present price {price}: the bot would stop at once.</source>
            <translation>하한 정지 {stop}가 현재가 {price}보다 낮지 않아 바로 정지하게 됩니다.</translation>
        </message>
        <message>
            <source>The lower stop {stop} must be below the lowest line {lower}.</source>
            <translation>하한 정지 {stop}는 가장 낮은 선 {lower}보다 낮아야 합니다.</translation>
        </message>
        <message>
            <source>The number of grids must be a whole number, not {count}.</source>
            <translation>그리드 수는 정수여야 합니다: {count}</translation>
        </message>
        <message>
            <source>The number of grids must be from {minimum} to {maximum}, not {count}.</source>
            <translation>그리드 수는 {minimum}~{maximum}이어야 합니다: {count}</translation>
        </message>
        <message>
            <source>The order id {order} was used before.</source>
            <translation>주문 ID {order}는 이미 사용되었습니다.</translation>
        </message>
        <message>
            <source>The order is worth {value} {asset}; the minimum is {minimum} {asset}.</source>
            <translation>주문 금액 {value} {asset}가 최소 금액 {minimum} {asset}보다 작습니다.</translation>
        </message>
        <message>
            <source>The order needs {needed} {asset} and {free} {asset} are free.</source>
            <translation>주문에 {needed} {asset}가 필요하지만 사용 가능 수량은 {free} {asset}입니다.</translation>
        </message>
        <message>
            <source>The order {order} never arrived at the venue; its place is free again.</source>
            <translation>주문 {order}는 거래소에 도착하지 않았습니다. 그 자리는 다시 비었습니다.</translation>
        </message>
        <message>
            <source>The price {price} is not a positive multiple of {increment}.</source>
            <translation>가격 {price}가 호가 단위 {increment}의 배수가 아닙니다.</translation>
        </message>
        <message>
            <source>The price {price} or the quantity {quantity} is not on the venue's increments.</source>
            <translation>가격 {price} 또는 수량 {quantity}가 거래소 단위에 맞지 않습니다.</translation>
        </message>
        <message>
            <source>The quantity {quantity} is above the maximum of {maximum}.</source>
            <translation>수량 {quantity}가 최대치 {maximum}를 넘습니다.</translation>
        </message>
        <message>
            <source>The quantity {quantity} is below the minimum of {minimum}.</source>
            <translation>수량 {quantity}가 최소치 {minimum}보다 작습니다.</translation>
        </message>
        <message>
            <source>The quantity {quantity} is not a positive multiple of {increment}.</source>
            <translation>수량 {quantity}가 수량 단위 {increment}의 배수가 아닙니다.</translation>
        </message>
        <message>
            <source>The recording of {venue} has ended.</source>
            <translation>{venue} 기록 재생이 끝났습니다.</translation>
        </message>
        <message>
            <source>The setting {name} of {venue} cannot be {value}.</source>
            <translation>{venue}의 설정 {name}에 {value}를 쓸 수 없습니다.</translation>
        </message>
        <message>
            <source>The setting {name} of {venue} is missing.</source>
            <translation>{venue}의 설정 {name}이 없습니다.</translation>
        </message>
        <message>
            <source>The speed must be 0 or more, not {speed}.</source>
            <translation>속도는 0 이상이어야 합니다: {speed}</translation>
        </message>
        <message>
            <source>The speed must be max or a number from 0, not {speed}.</source>
            <translation>속도는 max 또는 0 이상의 숫자여야 합니다: {speed}</translation>
        </message>
        <message>
            <source>The starting cash {amount} {asset} must be a positive number.</source>
            <translation>시작 자금 {amount} {asset}는 양수여야 합니다.</translation>
        </message>
        <message>
            <source>The stop loss must be above 0 % and at most 100 %, not {percent} %.</source>
            <translation>손절은 0 % 초과 100 % 이하여야 합니다: {percent} %</translation>
        </message>
        <message>
            <source>The upper stop {stop} is not above the present price {price}: the bot would stop at once.</source>
            <translation>상한 정지 {stop}가 현재가 {price}보다 높지 않아 바로 정지하게 됩니다.</translation>
        </message>
        <message>
            <source>The upper stop {stop} must be above the highest line {upper}.</source>
            <translation>상한 정지 {stop}는 가장 높은 선 {upper}보다 높아야 합니다.</translation>
        </message>
        <message>
            <source>The venue closed the order {order} by itself.</source>
            <translation>거래소가 주문 {order}를 스스로 종료했습니다.</translation>
        </message>
        <message>
            <source>The venue does not say what became of the order {order}.</source>
            <translation>거래소가 주문 {order}의 결과를 알려 주지 않습니다.</translation>
        </message>
        <message>
            <source>The venue has {count} open orders with this bot's name that our books do not know.</source>
            <translation>장부에 없는 이 봇의 미체결 주문이 거래소에 {count}건 있습니다.</translation>
        </message>
        <message>
            <source>The venue refused an order ({code}): {text}</source>
            <translation>거래소가 주문을 거부했습니다 ({code}): {text}</translation>
        </message>
        <message>
            <source>The venue refused {count} orders in a row, last: {text}</source>
            <translation>거래소가 주문을 연속 {count}번 거부했습니다. 마지막 사유: {text}</translation>
        </message>
        <message>
            <source>The venue reports the fill {trade} of an order that is not known here.</source>
            <translation>거래소가 알 수 없는 주문의 체결 {trade}를 알려 왔습니다.</translation>
        </message>
        <message>
            <source>The venue rule {name} cannot be {value}.</source>
            <translation>거래소 규칙 {name}에 {value}를 쓸 수 없습니다.</translation>
        </message>
        <message>
            <source>The venue says {venue_amount} {asset}, our books say {our_amount} {asset}.</source>
            <translation>거래소 잔고 {venue_amount} {asset}, 장부 {our_amount} {asset}로 서로 다릅니다.</translation>
        </message>
        <message>
            <source>The venue {venue} does not trade {symbol}.</source>
            <translation>{venue} 거래소는 {symbol} 종목을 거래하지 않습니다.</translation>
        </message>
        <message>
            <source>There is no account {account}.</source>
            <translation>{account} 계정이 없습니다.</translation>
        </message>
        <message>
            <source>There is no bot {bot}.</source>
            <translation>{bot} 봇이 없습니다.</translation>
        </message>
        <message>
            <source>There is no file {file}.</source>
            <translation>{file} 파일이 없습니다.</translation>
        </message>
        <message>
            <source>There is no live feed called {feed}.</source>
            <translation>{feed}라는 실시간 시세가 없습니다.</translation>
        </message>
        <message>
            <source>There is no live feed of {exchange}; there are {known}.</source>
            <translation>{exchange} 실시간 시세가 없습니다. 사용 가능: {known}.</translation>
        </message>
        <message>
            <source>There is no rule book called {rules}; there are {known}.</source>
            <translation>{rules} 규칙이 없습니다. 사용 가능: {known}.</translation>
        </message>
        <message>
            <source>There is nothing to trade {symbol} against now.</source>
            <translation>지금 {symbol} 거래 상대 물량이 없습니다.</translation>
        </message>
        <message>
            <source>This must be a number.</source>
            <translation>숫자여야 합니다.</translation>
        </message>
        <message>
            <source>This must be above 0, not {value}.</source>
            <translation>0보다 커야 합니다: {value}</translation>
        </message>
        <message>
            <source>Trading goes on.</source>
            <translation>거래를 계속합니다.</translation>
        </message>
        <message>
            <source>Trading is halted; resume it first.</source>
            <translation>거래가 중단된 상태입니다. 먼저 재개하십시오.</translation>
        </message>
        <message>
            <source>Trading is not halted.</source>
            <translation>거래가 중단된 상태가 아닙니다.</translation>
        </message>
        <message>
            <source>Upper stop {limit} reached at {price}.</source>
            <translation>상한 정지 {limit} 도달, 가격 {price}.</translation>
        </message>
        <message>
            <source>Waiting for the first price.</source>
            <translation>첫 가격을 기다리는 중입니다.</translation>
        </message>
        <message>
            <source>Waiting for the trigger price {trigger} {quote}.</source>
            <translation>시작 가격 {trigger} {quote} 대기 중입니다.</translation>
        </message>
        <message>
            <source>With {count} grids two lines fall on the same price {price}, because prices here move in steps of {increment}.</source>
            <translation>호가 단위가 {increment}라서 그리드 {count}개에서는 두 선이 같은 가격 {price}에 겹칩니다.</translation>
        </message>
        <message>
            <source>Your running bots have {used} % allocated; with {percent} % more it would be over 100 %.</source>
            <translation>실행 중인 봇에 이미 {used} %가 배분되어 {percent} %를 더하면 100 %를 넘습니다.</translation>
        </message>
        <message>
            <source>{account} cannot be used: {cause}</source>
            <translation>{account} 계정을 쓸 수 없습니다: {cause}</translation>
        </message>
        <message>
            <source>{bot} does not run now; start it before you change its ladder.</source>
            <translation>{bot} 봇이 실행 중이 아닙니다. 시작한 뒤 그리드를 바꾸십시오.</translation>
        </message>
        <message>
            <source>{bot} is already running.</source>
            <translation>{bot} 봇은 이미 실행 중입니다.</translation>
        </message>
        <message>
            <source>{bot} is already stopping.</source>
            <translation>{bot} 봇은 이미 정지 중입니다.</translation>
        </message>
        <message>
            <source>{bot} is not running.</source>
            <translation>{bot} 봇은 실행 중이 아닙니다.</translation>
        </message>
        <message>
            <source>{bot} is running; stop it first.</source>
            <translation>{bot} 봇이 실행 중입니다. 먼저 정지하십시오.</translation>
        </message>
        <message>
            <source>{bot} is starting, rebalancing or stopping; edit it when that is done.</source>
            <translation>{bot} 봇이 시작, 재조정 또는 정지 중입니다. 끝난 뒤 수정하십시오.</translation>
        </message>
        <message>
            <source>{bot} was not removed.</source>
            <translation>{bot} 봇은 삭제된 적이 없습니다.</translation>
        </message>
        <message>
            <source>{bot} was removed; restore it first.</source>
            <translation>{bot} 봇은 삭제되었습니다. 먼저 복원하십시오.</translation>
        </message>
        <message>
            <source>{exchange} answered with something that cannot be read ({cause}).</source>
            <translation>{exchange} 응답을 읽을 수 없습니다 ({cause}).</translation>
        </message>
        <message>
            <source>{exchange} cannot be reached.</source>
            <translation>{exchange}에 연결할 수 없습니다.</translation>
        </message>
        <message>
            <source>{exchange} does not answer in time.</source>
            <translation>{exchange}의 응답이 늦어지고 있습니다.</translation>
        </message>
        <message>
            <source>{exchange} does not say in which steps {symbol} is traded.</source>
            <translation>{exchange}에서 {symbol}의 거래 단위를 알려 주지 않습니다.</translation>
        </message>
        <message>
            <source>{exchange} does not trade {symbol} at present.</source>
            <translation>{exchange}에서 현재 {symbol} 거래를 하지 않습니다.</translation>
        </message>
        <message>
            <source>{exchange} does not trade {symbol}.</source>
            <translation>{exchange}에서 {symbol} 종목을 거래하지 않습니다.</translation>
        </message>
        <message>
            <source>{exchange} refused: {text}</source>
            <translation>{exchange} 거부: {text}</translation>
        </message>
        <message>
            <source>{exchange} said nothing about {symbol} for {seconds} s while its price moved on.</source>
            <translation>{exchange}에서 가격이 움직이는 동안 {symbol} 시세가 {seconds}초간 오지 않았습니다.</translation>
        </message>
        <message>
            <source>{exchange} sends faster than this computer takes it in.</source>
            <translation>{exchange} 시세가 이 컴퓨터의 처리 속도보다 빠르게 들어옵니다.</translation>
        </message>
        <message>
            <source>{exchange} takes no more requests from this address for a while.</source>
            <translation>{exchange}에서 당분간 이 주소의 요청을 받지 않습니다.</translation>
        </message>
        <message>
            <source>{needed} {asset} are needed and {free} {asset} are free.</source>
            <translation>{needed} {asset}가 필요하지만 사용 가능 수량은 {free} {asset}입니다.</translation>
        </message>
        <message>
            <source>{quantity} at {price} is below the venue's minimums.</source>
            <translation>{price}에 {quantity}는 거래소 최소치보다 작습니다.</translation>
        </message>
        <message>
            <source>{quantity} is above the venue's maximum of {maximum}.</source>
            <translation>{quantity}는 거래소 최대치 {maximum}를 넘습니다.</translation>
        </message>
        <message>
            <source>{symbol} is not a symbol like BTC/KRW.</source>
            <translation>{symbol}은 BTC/KRW 같은 종목 형식이 아닙니다.</translation>
        </message>
        <message>
            <source>{venue} cannot be opened here: its mode {mode} is not a replay, paper or simulated market.</source>
            <translation>{venue} 시장을 여기서 열 수 없습니다. {mode} 방식은 리플레이, 모의, 시뮬레이션이 아닙니다.</translation>
        </message>
        <message>
            <source>{venue} is a live market; its pace cannot be set.</source>
            <translation>{venue} 시장은 실시간이라 속도를 바꿀 수 없습니다.</translation>
        </message>
        <message>
            <source>{venue} is not connected.</source>
            <translation>{venue} 시장이 연결되어 있지 않습니다.</translation>
        </message>
        <message>
            <source>{venue} trades {symbol} only.</source>
            <translation>{venue} 시장은 {symbol} 종목만 거래합니다.</translation>
        </message>
    </context>
    <context>
        <name>engine state</name>
        <message>
            <source>Halted</source>
            <translation>중단됨</translation>
        </message>
        <message>
            <source>Not trading</source>
            <translation>거래 정지</translation>
        </message>
        <message>
            <source>Running</source>
            <translation>실행 중</translation>
        </message>
        <message>
            <source>Starting</source>
            <translation>시작 중</translation>
        </message>
        <message>
            <source>Stopped</source>
            <translation>정지</translation>
        </message>
        <message>
            <source>Stopping</source>
            <translation>정지 중</translation>
        </message>
    </context>
    <context>
        <name>ladder</name>
        <message>
            <source>A rung earns {low} % after fees.</source>
            <translation>칸당 수익은 수수료 차감 후 {low} %입니다.</translation>
        </message>
        <message>
            <source>A rung earns {low} to {high} % after fees.</source>
            <translation>칸당 수익은 수수료 차감 후 {low}~{high} %입니다.</translation>
        </message>
        <message>
            <source>Bought</source>
            <translation>매수됨</translation>
        </message>
        <message>
            <source>Buy</source>
            <translation>매수</translation>
        </message>
        <message>
            <source>Buy order resting: {quantity}</source>
            <translation>매수 대기: {quantity}</translation>
        </message>
        <message>
            <source>Buy resting</source>
            <translation>매수 대기</translation>
        </message>
        <message>
            <source>Buys at</source>
            <translation>매수가</translation>
        </message>
        <message>
            <source>Cycle</source>
            <translation>사이클</translation>
        </message>
        <message>
            <source>Cycle {cycle}; {profit} earned by the closed ones</source>
            <translation>{cycle}회차, 완료된 사이클 수익 {profit}</translation>
        </message>
        <message>
            <source>Cycles</source>
            <translation>사이클</translation>
        </message>
        <message>
            <source>Held</source>
            <translation>보유</translation>
        </message>
        <message>
            <source>Held: {quantity} of {aim}</source>
            <translation>보유: {quantity} / {aim}</translation>
        </message>
        <message>
            <source>Last fill {at}</source>
            <translation>마지막 체결 {at}</translation>
        </message>
        <message>
            <source>Lower edge at {price}</source>
            <translation>하한 {price}</translation>
        </message>
        <message>
            <source>No base is bought or sold.</source>
            <translation>매수나 매도가 없습니다.</translation>
        </message>
        <message>
            <source>Profit</source>
            <translation>수익</translation>
        </message>
        <message>
            <source>Quantity</source>
            <translation>수량</translation>
        </message>
        <message>
            <source>Rung</source>
            <translation>칸</translation>
        </message>
        <message>
            <source>Rung {number}: buys at {buy}, sells at {sell} {quote}</source>
            <translation>{number}번 칸: 매수 {buy}, 매도 {sell} {quote}</translation>
        </message>
        <message>
            <source>Sell</source>
            <translation>매도</translation>
        </message>
        <message>
            <source>Sell order resting: {quantity}</source>
            <translation>매도 대기: {quantity}</translation>
        </message>
        <message>
            <source>Sell resting</source>
            <translation>매도 대기</translation>
        </message>
        <message>
            <source>Sells at</source>
            <translation>매도가</translation>
        </message>
        <message>
            <source>Side</source>
            <translation>방향</translation>
        </message>
        <message>
            <source>Sold</source>
            <translation>매도됨</translation>
        </message>
        <message>
            <source>State</source>
            <translation>상태</translation>
        </message>
        <message>
            <source>The venue has not confirmed this order yet.</source>
            <translation>거래소가 아직 이 주문을 확인하지 않았습니다.</translation>
        </message>
        <message>
            <source>Upper edge at {price}</source>
            <translation>상한 {price}</translation>
        </message>
        <message>
            <source>Waiting</source>
            <translation>대기</translation>
        </message>
        <message>
            <source>{canceled} orders are cancelled and {placed} placed.</source>
            <translation>주문 {canceled}건을 취소하고 {placed}건을 새로 냅니다.</translation>
        </message>
        <message>
            <source>{quantity} is bought at market for a fee of {fee}.</source>
            <translation>{quantity} 시장가 매수, 수수료 {fee}.</translation>
        </message>
        <message>
            <source>{quantity} is sold at market for a fee of {fee}.</source>
            <translation>{quantity} 시장가 매도, 수수료 {fee}.</translation>
        </message>
    </context>
    <context>
        <name>level</name>
        <message>
            <source>Error</source>
            <translation>오류</translation>
        </message>
        <message>
            <source>Look</source>
            <translation>주의</translation>
        </message>
        <message>
            <source>Note</source>
            <translation>알림</translation>
        </message>
    </context>
    <context>
        <name>mode</name>
        <message>
            <source>A recorded market is played back, the money is not real.</source>
            <translation>기록된 시장을 재생하며 실제 돈이 아닙니다.</translation>
        </message>
        <message>
            <source>LIVE</source>
            <translation>실거래</translation>
        </message>
        <message>
            <source>Orders go to the exchange and cost real money.</source>
            <translation>주문이 거래소로 나가며 실제 돈이 움직입니다.</translation>
        </message>
        <message>
            <source>PAPER</source>
            <translation>모의</translation>
        </message>
        <message>
            <source>REPLAY</source>
            <translation>리플레이</translation>
        </message>
        <message>
            <source>SIMULATED</source>
            <translation>시뮬레이션</translation>
        </message>
        <message>
            <source>The market is invented, the money is not real.</source>
            <translation>가상 시장이며 실제 돈이 아닙니다.</translation>
        </message>
        <message>
            <source>The market is live, the money is not real.</source>
            <translation>시장은 실시간이지만 실제 돈이 아닙니다.</translation>
        </message>
    </context>
    <context>
        <name>order</name>
        <message>
            <source>Being sent</source>
            <translation>전송 중</translation>
        </message>
        <message>
            <source>Cancelled</source>
            <translation>취소됨</translation>
        </message>
        <message>
            <source>Closing sale</source>
            <translation>정리 매도</translation>
        </message>
        <message>
            <source>Denied by our rules</source>
            <translation>자체 규칙으로 거부</translation>
        </message>
        <message>
            <source>Filled</source>
            <translation>체결됨</translation>
        </message>
        <message>
            <source>First purchase</source>
            <translation>첫 매수</translation>
        </message>
        <message>
            <source>Limit</source>
            <translation>지정가</translation>
        </message>
        <message>
            <source>Limit, post-only</source>
            <translation>지정가, post-only</translation>
        </message>
        <message>
            <source>Maker</source>
            <translation>메이커</translation>
        </message>
        <message>
            <source>Market</source>
            <translation>시장가</translation>
        </message>
        <message>
            <source>Never arrived</source>
            <translation>도착 안 함</translation>
        </message>
        <message>
            <source>Open</source>
            <translation>대기</translation>
        </message>
        <message>
            <source>Rebalancing</source>
            <translation>재조정</translation>
        </message>
        <message>
            <source>Rejected by the venue</source>
            <translation>거래소 거부</translation>
        </message>
        <message>
            <source>Rung {number}</source>
            <translation>{number}번 칸</translation>
        </message>
        <message>
            <source>Taker</source>
            <translation>테이커</translation>
        </message>
        <message>
            <source>Unknown, asking</source>
            <translation>확인 중</translation>
        </message>
    </context>
    <context>
        <name>question</name>
        <message>
            <source>Pause {bot}? {count} resting orders are cancelled; {base} {asset} stay in the bot.</source>
            <translation>{bot} 봇을 일시정지할까요? 대기 주문 {count}건을 취소하고 {base} {asset}는 봇에 남습니다.</translation>
        </message>
        <message>
            <source>Start {bot} again? It places the orders of its {count} rungs again.</source>
            <translation>{bot} 봇을 다시 시작할까요? {count}칸의 주문을 다시 배치합니다.</translation>
        </message>
        <message>
            <source>Start {bot}? It buys {base} at about {price} now (fee {fee}), then places {count} orders; in all it uses {capital}.</source>
            <translation>{bot} 봇을 시작할까요? 지금 약 {price}에 {base}를 매수하고(수수료 {fee}) 주문 {count}건을 배치합니다. 총 {capital} 사용.</translation>
        </message>
        <message>
            <source>Start {bot}? It places {count} orders and uses {capital}.</source>
            <translation>{bot} 봇을 시작할까요? 주문 {count}건을 배치하고 {capital}를 사용합니다.</translation>
        </message>
        <message>
            <source>Start {bot}? Its market has no price yet, so it waits for the first one.</source>
            <translation>{bot} 봇을 시작할까요? 아직 가격이 없어 첫 가격을 기다립니다.</translation>
        </message>
        <message>
            <source>Stop {bot}? {count} resting orders are cancelled and {base} {asset} are sold at about {price}, for about {value} less a fee of {fee}.</source>
            <translation>{bot} 봇을 정지할까요? 대기 주문 {count}건을 취소하고 {base} {asset}를 약 {price}에 매도합니다. 예상 금액 {value}, 수수료 {fee}.</translation>
        </message>
        <message>
            <source>Stop {bot}? {count} resting orders are cancelled and {base} {asset} are sold at market.</source>
            <translation>{bot} 봇을 정지할까요? 대기 주문 {count}건을 취소하고 {base} {asset}를 시장가로 매도합니다.</translation>
        </message>
        <message>
            <source>Stop {bot}? {count} resting orders are cancelled; {base} {asset} stay in the account.</source>
            <translation>{bot} 봇을 정지할까요? 대기 주문 {count}건을 취소하고 {base} {asset}는 계정에 남습니다.</translation>
        </message>
        <message>
            <source>{bot} cannot be started: {reasons}</source>
            <translation>{bot} 봇을 시작할 수 없습니다: {reasons}</translation>
        </message>
    </context>
    <context>
        <name>side</name>
        <message>
            <source>Buy</source>
            <translation>매수</translation>
        </message>
        <message>
            <source>Sell</source>
            <translation>매도</translation>
        </message>
    </context>
    <context>
        <name>workspace</name>
        <message>
            <source>Grid</source>
            <translation>그리드</translation>
        </message>
        <message>
            <source>Monitor</source>
            <translation>모니터</translation>
        </message>
    </context>
</TS>
